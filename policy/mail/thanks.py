"""An answer to a solution: thanks alone, a confirmation, more than that, or doubt (ESC-14)."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

_LONGEST = 2_000
_THANKS = (
    r"(?:muchas |mil |muchisimas )?gracias(?: a (?:usted|ustedes|todos))?"
    r"(?: por (?:todo|(?:la|su|el) (?:ayuda|atencion|apoyo|gestion|respuesta|solucion)))?|"
    r"(?:se )?(?:les |le )?agradece(?:mos)?|(?:se )?agradezco|"
    r"(?:many |thank you|thanks)(?: thanks)?(?: so much| very much| a lot)?(?: for (?:your |the )?(?:help|support))?|"
    r"quedo atent[oa]|(?:feliz|buen) (?:dia|tarde|fin de semana)|buen[oa]s (?:dias|tardes|noches)|hola|hello|hi|"
    r"(?:un )?saludos?|cordial(?:mente| saludo)|(?:best |kind )?regards|(?:muy )?amables?|ok|okay|vale|listo|perfecto|"
    r"excelente|recibido|de acuerdo|great|perfect"
)
_CONFIRMS = (
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
_CONFIRMATION = re.compile(rf"\b(?:{_CONFIRMS})\b")
_STILL = re.compile(
    r"\b(?:no|not|sigue|siguen|aun|todavia|tampoco|fallas?|fallan|fallando|errores|error|otra vez|de nuevo|volvio|"
    r"still|but|again|fails?|doesn t|isn t|pero)\b"
)
_HARMLESS = re.compile(
    r"\b(?:no hay (?:ningun )?problema|sin (?:ningun )?(?:problema|novedad)s?|no hay de que|no se preocupe[ns]?|"
    r"no (?:muchas )?gracias|no (?:problem|worries)|no tengo mas (?:dudas|preguntas)|no more questions|no mas)\b"
)
_QUESTIONS = re.compile(r"[^.!?\n¿]*\?")
_FEWEST_WORDS = 4
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
    plain = _HARMLESS.sub(" ", _plain(words)[:_LONGEST])
    names = set(_plain(name).split())
    parts = [" ".join(part.split()) for part in _PARTS.split(plain)]
    said = [part for part in parts if part and not set(part.split()) <= names]
    if not said:
        return ToSolution.UNCLEAR
    if all(_is_made_of(part) for part in said):
        return ToSolution.CONFIRMS if any(_CONFIRMATION.search(part) for part in said) else ToSolution.THANKS
    if _STILL.search(plain):
        return ToSolution.MORE
    is_mixed = any(_CONFIRMATION.search(part) or _THANKED.search(part) for part in said)
    return ToSolution.UNCLEAR if is_mixed else ToSolution.MORE


def tells_something(line: str) -> bool:
    """Whether a line of a chat tells something: it is more than thanks, a greeting, a question or a word or two."""
    if answer_in(line).is_thanks:
        return False
    told = _QUESTIONS.sub(" ", line)
    return len(_plain(told).split()) >= _FEWEST_WORDS


def _is_made_of(part: str) -> bool:
    """Whether a part is thanks, a greeting or a confirmation, or some of them in a row, and nothing else."""
    rest = _CONFIRMATION.sub(" ", part)
    rest = _THANKS_ONLY.sub(" ", rest)
    return not re.sub(r"\b(?:y|and|muy|todo|senor(?:a|es)?|equipo|team|all|si|yes|ya)\b", " ", rest).strip()


def _plain(words: str) -> str:
    taken_apart = unicodedata.normalize("NFD", words.lower().replace("'", " ").replace("’", " "))
    return "".join(sign for sign in taken_apart if not unicodedata.combining(sign)).strip()
