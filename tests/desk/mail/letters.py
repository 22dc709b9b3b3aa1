"""Messages as mail programs and servers write them: invented people, at addresses that nobody has."""

from __future__ import annotations

ANA = "ana.perez@acme.example"
OURS = "mx.escala.example"
MESA = "mesa@escala.example"
VOUCHED = f"{OURS}; dmarc=pass (p=REJECT) header.from=acme.example; spf=pass smtp.mailfrom=acme.example"


def letter(
    body: str | bytes = "El mapa de rutas no carga desde las ocho.\n",
    *,
    content_type: str = "text/plain; charset=utf-8",
    **fields: str | None,
) -> bytes:
    """A message from Ana to the desk; a field of None is left out, `_` in a name is `-`."""
    known: dict[str, str | None] = {
        "Authentication_Results": VOUCHED,
        "From": f"Ana Pérez <{ANA}>",
        "To": MESA,
        "Subject": "El mapa no carga",
        "Message_ID": "<uno@acme.example>",
        "Date": "Wed, 25 Nov 2026 09:00:00 -0500",
        "MIME_Version": "1.0",
        "Content_Type": content_type,
        "Content_Transfer_Encoding": "8bit" if content_type.startswith("text") else None,
    }
    lines = [f"{name.replace('_', '-')}: {said}" for name, said in (known | fields).items() if said is not None]
    head = "\r\n".join(lines).encode("utf-8", "surrogateescape")
    content = body if isinstance(body, bytes) else body.replace("\n", "\r\n").encode()
    return head + b"\r\n\r\n" + content


def parted(kind: str, *parts: tuple[str, str | bytes]) -> tuple[bytes, str]:
    """A body of several parts, each with its headers' lines and its content; and the type that says so."""
    border = f"=_{kind.partition('/')[2]}"
    told = b""
    for head, content in parts:
        said = content if isinstance(content, bytes) else content.replace("\n", "\r\n").encode()
        told += f"--{border}\r\n".encode() + head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + said + b"\r\n"
    return told + f"--{border}--\r\n".encode(), f'{kind}; boundary="{border}"'
