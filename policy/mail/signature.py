"""The end of a letter that says nothing: the name, post, company, telephone and disclaimers that its writer signs with.

It is taken away to judge what was said, never to show it. A line that may be something else stays, and then somebody
who reads it decides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from policy.mail.plain_words import plain

_CLOSINGS = re.compile(
    r"(?:(?:muy )?(?:cordial|atenta)mente|(?:un )?(?:cordial |atento )?saludos?(?: cordial(?:es)?)?|cordial saludo|"
    r"feliz (?:dia|tarde|noche)|(?:best|kind|warm|kindest|warmest)? ?regards|all the best|best|cheers|"
    r"(?:yours )?(?:sincerely|faithfully|truly)|(?:muchas |mil )?gracias|(?:many )?thanks|thank you|atte|att|slds)"
)
_PROGRAMS = re.compile(
    r"(?:enviado|sent) (?:desde|from|con|with|via|por|by)\b.{0,60}|"
    r"(?:obtener|obtenga|descargar|get) .{0,20}outlook\b.{0,60}|"
    r"(?:yahoo|outlook|gmail|proton ?mail|blackberry|samsung)\b.{0,40}|libre de virus\b.{0,60}|virus free\b.{0,60}"
)
_PICTURES = re.compile(
    r"\[(?:image|imagen|cid|logo)[^\]]{0,200}\]|<https?://[^>\s]{0,400}>|\*+|_{3,}|-{2,}|={3,}|~{3,}", re.IGNORECASE
)
_ADDRESSES = re.compile(
    r"(?:mailto:)?[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?://|www\.)\S+|\b[\w-]+\.com(?:\.co)?\b", re.IGNORECASE
)
_NUMBER = re.compile(r"\(?\+?\d[\d\s().\-/]{5,}\d")
_LABELS = re.compile(
    r"\b(?:tel(?:efono|ephone|s)?|cel(?:ular)?|movil|mobile|cell|phone|fijo|office|whatsapp|fax|pbx|ext(?:ension)?|nit|"
    r"e ?mail|correo|web|m|t|p|c|f|e|w)\b"
)
_PLACE = re.compile(
    r"\b(?:calle|cll?|carrera|cra|kra?|av(?:enida)?|ak|diagonal|dg|transversal|tv|km|via|torre|piso|oficina|of|edificio|"
    r"bodega|street|st|avenue|suite|floor)\b\D{0,20}\d"
)
_POSTS = re.compile(
    r"\b(?:jef[ea]|coordinador[a]?|analista|gerente|director[a]?|lider|ingenier[oa]|auxiliar|asistente|supervisor[a]?|"
    r"profesional|especialista|tecnic[oa]|administrador[a]?|operador[a]?|subgerente|presidente|manager|engineer|analyst|"
    r"head of|lead|officer|assistant|administrator|departamento|area de|gerencia|direccion de)\b"
)
_FIRMS = re.compile(r"\b(?:s ?a ?s|s ?a|ltda|e ?s ?p|inc|llc|corp|gmbh|cia|grupo|fundacion|cooperativa|alcaldia)\b")
_DISCLAIMS = re.compile(
    r"(?:aviso (?:legal|de (?:confidencialidad|privacidad))|nota de confidencialidad|confidencialidad|confidentiality|"
    r"disclaimer|(?:este|el presente) (?:mensaje|correo|e ?mail)\b|la informacion (?:contenida|transmitida)|"
    r"this (?:e ?mail|message|communication)\b|the information (?:contained|in this)|antes de imprimir|"
    r"(?:please )?(?:consider|think) .{0,20}(?:environment|before)|por favor considere|piense en el medio ambiente)"
)
_OF_DISCLAIMERS = re.compile(
    r"\b(?:confidencial\w*|destinatari[oa]s?|privilegiad[oa]|confidential|intended|recipient|privileged|imprimir|print|"
    r"virus|ley 1581|habeas data|datos personales|personal data|unauthori[sz]ed|divulga\w+|disclos\w+|medio ambiente)\b"
)
_BETWEEN = re.compile(r"\s*[|•·/]\s*|\s{3,}|\t")
_SMALL = frozenset(
    {"de", "del", "la", "las", "los", "el", "y", "e", "en", "para", "por", "of", "and", "the", "for", "at", "in"}
)
_NOT_NAMES = frozenset(
    {
        "urgente",
        "adjunto",
        "adjunta",
        "adjuntos",
        "favor",
        "ayuda",
        "error",
        "falla",
        "pendiente",
        "llamar",
        "llamenme",
        "llameme",
        "pd",
        "ps",
        "nota",
        "no",
        "aun",
        "sigue",
        "please",
        "urgent",
        "attached",
        "call",
        "help",
        "still",
        "not",
        "why",
        "when",
        "como",
        "cuando",
        "donde",
        "porque",
    }
)
_MOST_LINES, _LONGEST, _MOST_WORDS = 30, 90, 8


def unsigned(words: str, *, name: str = "") -> str:
    """The words without the signature at their end, empty where that is all. `name` is their writer's."""
    lines = _undisclaimed([_PICTURES.sub(" ", line).strip() for line in words.split("\n")])
    names = frozenset(plain(name).split())
    for place in range(max(0, len(lines) - _MOST_LINES), len(lines)):
        if _begins(lines[place], names) and all(_may_follow(line, names) for line in lines[place:]):
            said = "\n".join(lines[:place]).strip()
            return said or (lines[place] if _is_closing(lines[place]) else "")  # thanks close letters as well
    return "\n".join(lines).strip()


def _undisclaimed(lines: Sequence[str]) -> list[str]:
    """The lines without the paragraphs at their end that every letter of a company bears."""
    kept = list(lines)
    while kept:
        while kept and not kept[-1]:
            kept.pop()
        start = next((place + 1 for place in reversed(range(len(kept))) if not kept[place]), 0)
        begins = next((place for place in range(start, len(kept)) if _DISCLAIMS.match(_bare(kept[place]))), None)
        if begins is None and len(_OF_DISCLAIMERS.findall(plain(" ".join(kept[start:])))) >= 2:
            begins = start
        if begins is None:
            break
        kept = kept[:begins]
    return kept


def _begins(line: str, names: Set[str]) -> bool:
    """Whether a signature may begin with this line."""
    first = next(iter(_BETWEEN.split(line)), "")
    return _is_closing(line) or _is_name_of(first, names) or _is_way(line) or bool(_PROGRAMS.fullmatch(_bare(line)))


def _may_follow(line: str, names: Set[str]) -> bool:
    """Whether a line says nothing, once a signature has begun."""
    return all(
        not part or _is_closing(part) or _is_name_of(part, names) or _is_way(part) or _is_title(part)
        for part in _BETWEEN.split(line[: _LONGEST * 2])
    ) or bool(_PROGRAMS.fullmatch(_bare(line)))


def _is_closing(line: str) -> bool:
    return bool(_CLOSINGS.fullmatch(_bare(line)))


def _is_name_of(line: str, names: Set[str]) -> bool:
    said = set(_bare(line).split())
    return bool(said) and said <= names


def _is_way(line: str) -> bool:
    """Whether a line is a way to reach somebody, and nothing else: "Llámeme al 300 000 0101" asks for something."""
    if len(line) > _LONGEST:
        return False
    if _PLACE.search(plain(line)):
        return len(line.split()) <= 2 * _MOST_WORDS and not _asks(line)
    rest, addresses = _ADDRESSES.subn(" ", line)
    rest, numbers = _NUMBER.subn(" ", rest)
    if not addresses and not numbers:
        return False
    left = _LABELS.sub(" ", _bare(rest))
    return not re.sub(r"[\W\d_]+", "", left)


def _is_title(line: str) -> bool:
    """Whether a line may be a person, a post, a company or a town: a few words in capitals, that ask for nothing."""
    said = re.findall(r"[^\W_]+", line)
    if not said or len(said) > _MOST_WORDS or len(line) > _LONGEST or _asks(line):
        return False
    bare = _bare(line)
    if _POSTS.search(bare) or _FIRMS.search(bare):
        return True
    return all(word[0].isupper() or word.isdigit() or word.lower() in _SMALL for word in said)


def _asks(line: str) -> bool:
    return "?" in line or bool(_NOT_NAMES & set(_bare(line).split()))


def _bare(line: str) -> str:
    """The line's words alone, as one compares them."""
    return " ".join(re.sub(r"[^\w\s]", " ", plain(line)).split())
