"""An answer to a solution: thanks alone, a confirmation, more than that, or doubt (ESC-14)."""

from __future__ import annotations

import re
from enum import StrEnum

from policy.mail.plain_words import plain
from policy.mail.signature import unsigned

_LONGEST, _LONGEST_READ = 2_000, 16_000
_QUICK = r"(?:(?:pronta|oportuna|rapida|valiosa|gran) )?"
_HELP = r"(?:ayuda|atencion|apoyo|gestion|respuesta|solucion|colaboracion|soporte|servicio)"
_THANKS = (
    r"(?:muchas |mil |muchisimas |infinitas )?gracias(?: a (?:usted|ustedes|todos))?(?: de nuevo| nuevamente)?"
    rf"(?: por (?:todo|(?:la|su|el|tan) {_QUICK}{_HELP}(?: {_QUICK}| y {_HELP})?))?|"
    rf"(?:se )?(?:les |le )?agrade(?:ce|cemos|zco)(?: (?:su|la|tu) {_HELP})?|(?:muy |quedo )?agradecid[oa]s?|"
    r"(?:many |thank you|thanks)(?: thanks)?(?: again| so much| very much| a lot)?"
    r"(?: for (?:your |the |all the |all your )?(?:quick |prompt |great )?(?:help|support|response|reply|assistance))?|"
    r"(?:much |really )?appreciated?(?: it)?|"
    r"qued(?:o|amos) (?:muy )?atent[oa]s?|"
    r"(?:feliz|buena?|lindo|excelente) (?:dia|tarde|noche|semana|fin de semana)|"
    r"buen[oa]s (?:dias|tardes|noches)|estimad[oa]s?|apreciad[oa]s?|"
    r"dear|hola|hello|hi|good (?:morning|afternoon)|have a (?:nice|great|good) (?:day|weekend)|"
    r"(?:un )?(?:cordial )?saludos?(?: cordial(?:es)?)?|cordial(?:mente| saludo)|atentamente|sincerely|cheers|"
    r"(?:best |kind |warm )?regards|(?:muy )?amables?|ok|okay|vale|listo|perfecto|"
    rf"excelente(?: {_HELP})?|recibido|de acuerdo|great|perfect"
)
_NO_LONGER = (
    r"(?:ya )?no (?:nos |me )?(?:(?:ha |han )?(?:vuelto a )?(?:fallar|fallado|falla)|"
    r"(?:se )?presenta (?:el |la |ese |esa )?(?:error|falla|problema)|sale (?:el |ese )?error|"
    r"hay (?:mas )?(?:error|errores|fallas|problemas))"
)
_CONFIRMS = (
    rf"{_NO_LONGER}|"
    r"(?:si )?(?:lo )?confirm(?:o|amos|ado|ada)"
    r"(?: (?:la|el) (?:solucion|cierre)(?: del caso)?| que (?:ya )?(?:quedo|esta|funciona)(?: \w+){0,2})?|"
    r"(?:todo )?(?:ya )?(?:nos |me )?quedo (?:todo )?(?:solucionado|resuelto|bien|funcionando)|"
    r"(?:si )?(?:todo )?ya (?:nos |me )?(?:funciona|esta (?:solucionado|resuelto|funcionando|bien))"
    r"(?: bien| correctamente| perfectamente)?|(?:esta )?(?:solucionado|resuelto)|"
    r"(?:pueden|puede|puedes|favor|por favor) cerrar (?:el )?caso|"
    r"(?:yes )?(?:i |we )?(?:can )?confirm(?:ed)?(?: (?:the|that|it)(?: \w+){0,4})?|"
    r"(?:it |everything |that )?(?:is |s )?(?:now )?(?:works|working|solved|fixed|resolved)(?: (?:now|well|fine))?|"
    r"you (?:can|may) close (?:the|this) case"
)
_THANKS_ONLY = re.compile(rf"\b(?:{_THANKS})\b")
_THANKED = re.compile(r"\b(?:gracias|agradezco|agradecemos|thanks|thank you)\b")
_SOLVED = re.compile(rf"\b(?:{_NO_LONGER}|{_THANKS})\b")
_CONFIRMATION = re.compile(rf"\b(?:{_CONFIRMS})\b")
_STILL = re.compile(
    r"\b(?:no|not|sigue|siguen|aun|todavia|tampoco|fallas?|fallan|fallando|errores|error|otra vez|de nuevo|volvio|"
    r"mal|peor|lent[oa]|caid[oa]|still|but|again|fails?|failing|doesn t|isn t|pero|wrong|worse|broken|down|slow)\b"
)
_HARMLESS = re.compile(
    r"\b(?:no hay (?:ningun )?problema|sin (?:ningun )?(?:problema|novedad)s?|no hay de que|no se preocupe[ns]?|"
    r"no (?:muchas )?gracias|no (?:problem|worries)|no tengo mas (?:dudas|preguntas)|no more questions|no mas)\b"
)
_INTRODUCES = re.compile(r".{0,300}(?:escribi[oó]|wrote)\s*:|-+ ?.{0,60}?-+|_+")
_OF_HEAD = re.compile(r"\*?(?:de|from|enviado|sent|fecha|date|para|to|cc|asunto|subject)\b[^:]{0,4}:", re.IGNORECASE)
_QUESTIONS = re.compile(r"[^.!?\n¿]*\?")
_FEWEST_WORDS = 4
_ADDRESSED = re.compile(
    r"\b((?i:gracias|thanks(?: a lot| so much| again)?|thank you(?: very much| so much)?|hola|hi|hello|dear|"
    r"buen[oa]s (?:d[íi]as|tardes|noches)|buen d[íi]a|estimad[oa]s?|apreciad[oa]s?)),? +"
    r"(?!(?i:urgente|adjunto|favor|ayuda|pendiente|error|falla|no|still|please)\b)"
    r"(?:(?i:equipo|team|a tod[oa]s|ingenier[oa]|ing\.?|sr[a]?\.?|señor[a]?|don|doña) *)?"
    r"(?:[A-ZÁÉÍÓÚÑ][\w-]+(?: [A-ZÁÉÍÓÚÑ][\w-]+)?)?(?=\s*(?:[.,;:!\n]|$))"
)
"""A greeting or thanks with the name of whom it is for."""
_PARTS = re.compile(r"[.,;:!¡?¿\n()\-–—]+")


class ToSolution(StrEnum):
    """What an answer to a solution comes to."""

    THANKS = "thanks"
    CONFIRMS = "confirms"
    MORE = "more"
    """Words that are more than thanks: it is not solved, or there is something else."""
    UNCLEAR = "unclear"

    @property
    def is_thanks(self) -> bool:
        """Whether it says no more than that, with a confirmation or without."""
        return self in (ToSolution.THANKS, ToSolution.CONFIRMS)


def answer_in(words: str, *, name: str = "") -> ToSolution:
    """What `words` say of a solution. `name` is their writer's, with which letters end.

    Unclear is thanks with something else that does not say that it goes on: whoever reads it decides.
    """
    own = "\n".join(line for line in words[:_LONGEST_READ].split("\n") if not line.startswith(">"))
    letter = _ADDRESSED.sub(r"\1", unsigned(own, name=name))
    if not letter or _is_quote(letter):
        return ToSolution.UNCLEAR
    said_plainly = _HARMLESS.sub(" ", plain(letter)[:_LONGEST])
    names = set(plain(name).split())
    parts = [" ".join(part.split()) for part in _PARTS.split(said_plainly)]
    said = [part for part in parts if part and not set(part.split()) <= names]
    if not said:
        return ToSolution.UNCLEAR
    if all(_is_made_of(part) for part in said):
        if _STILL.search(_SOLVED.sub(" ", said_plainly)):  # "confirmo que está fallando"
            return ToSolution.UNCLEAR
        return ToSolution.CONFIRMS if any(_CONFIRMATION.search(part) for part in said) else ToSolution.THANKS
    if _STILL.search(said_plainly):
        return ToSolution.MORE
    is_mixed = any(_CONFIRMATION.search(part) or _THANKED.search(part) for part in said)
    return ToSolution.UNCLEAR if is_mixed else ToSolution.MORE


def _is_quote(words: str) -> bool:
    """Whether nothing but what they answer stands there: their writer sent it by mistake, or a file with it."""
    lines = [line.strip() for line in words.split("\n") if line.strip()]
    if all(_INTRODUCES.fullmatch(line) for line in lines):
        return True
    head = [line for line in lines if not re.fullmatch(r"[-_ ]+.*[-_ ]+|[-_]+", line)][:5]
    return bool(head) and bool(_OF_HEAD.match(head[0])) and sum(bool(_OF_HEAD.match(line)) for line in head) >= 3


def tells_something(line: str) -> bool:
    """Whether a line of a chat tells something: it is more than thanks, a greeting, a question or a word or two."""
    if answer_in(line).is_thanks:
        return False
    told = _QUESTIONS.sub(" ", line)
    return len(plain(told).split()) >= _FEWEST_WORDS


def _is_made_of(part: str) -> bool:
    """Whether a part is thanks, a greeting or a confirmation, or some of them in a row, and nothing else."""
    rest = _CONFIRMATION.sub(" ", part)
    rest = _THANKS_ONLY.sub(" ", rest)
    return not re.sub(r"\b(?:y|and|muy|todo|senor(?:a|es)?|equipo|team|all|si|yes|ya)\b", " ", rest).strip()
