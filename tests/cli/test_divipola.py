"""DANE's CSV of municipalities in the shapes it comes in, and files that are none."""

from __future__ import annotations

import pytest

from cli.divipola import NotDivipola, read_divipola
from storage.visit.municipalities import capitals, departments

OPEN_DATA = (
    "Código Departamento,Nombre Departamento,Código Municipio,Nombre Municipio,"
    '"Tipo: Municipio / Isla / Área no municipalizada",longitud,Latitud'
)
READ = {"05001": "Medellín", "25175": "Chía"}


def read(text: str, encoding: str = "utf-8") -> dict[str, str]:
    return read_divipola(text.encode(encoding), departments())


def test_the_departments_ship_with_their_capitals() -> None:
    """Bogotá D.C. is one of the 33, and Cundinamarca has no capital of its own."""
    assert (len(departments()), len(capitals())) == (33, 32)
    assert departments().keys() - {code[:2] for code in capitals()} == {"25"}
    assert {capitals()[code].name for code in ("05001", "11001", "88001", "99001")} == {
        "Medellín", "Bogotá, D.C.", "San Andrés", "Puerto Carreño"
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_reads_the_open_data_edition(encoding: str, ends: str) -> None:
    """Names in capitals are given the letters that people write."""
    rows = [
        '05,ANTIOQUIA,05001,MEDELLÍN,Municipio,"-75,5635932","6,2476376"',
        "25,CUNDINAMARCA,25175,CHÍA,Municipio,,",
        "",
    ]

    assert read(ends.join([OPEN_DATA, *rows]), encoding) == READ


@pytest.mark.parametrize(
    "text",
    [
        "COD_DPTO;NOM_DPTO;COD_MPIO;NOM_MPIO;TIPO\n5;Antioquia;5001;Medellín;Municipio\n25;Cundinamarca;25175;Chía;",
        "cod_dpto,dpto,cod_mpio,nom_mpio,tipo_municipio\n05,ANTIOQUIA,5.001,MEDELLÍN,x\n25,CUNDINAMARCA,25.175,CHÍA,x",
        "DPTO_CCDGO\tDPTO_CNMBR\tMPIO_CCDGO\tMPIO_CNMBR\tMPIO_CDPMP\n05\tA\t001\tMedellín\t05001\n25\tC\t175\tChía\t25175",
        'CÓDIGO MUNICIPIO,NOMBRE MUNICIPIO\n"=""05001""",Medellín\n25175.0, Chía \n',
        "Código Departamento,Código Municipio,Nombre Municipio\n5.0,1,Medellín\n25,175,Chía",
        "DIVIPOLA 2026;;;\n;;;\nCódigo Municipio;Nombre Municipio;;\n05001;Medellín;;\n\n25175;Chía\n25175;Chía",
    ],
)
def test_reads_other_editions_and_what_spreadsheets_make_of_them(text: str) -> None:
    assert read(text) == READ


@pytest.mark.parametrize(
    ("published", "written"),
    [
        ("SAN JOSÉ DEL GUAVIARE", "San José del Guaviare"),
        ("SAN JUAN DE LOS LLANOS", "San Juan de los Llanos"),
        ("LA UNIÓN", "La Unión"),
        ("EL CARMEN DE BOLÍVAR", "El Carmen de Bolívar"),
        ("BOGOTÁ, D.C.", "Bogotá, D.C."),
        ("El Águila", "El Águila"),
    ],
)
def test_names_are_written_as_people_write_them(published: str, written: str) -> None:
    assert read(f'COD_MPIO,NOM_MPIO\n05002,"{published}"') == {"05002": written}


@pytest.mark.parametrize("text", ["", "hola", "COD_MPIO,OTRA\n05001,Medellín", "PK\x03\x04\x00\x00", "NOM_MPIO\nCali"])
def test_a_file_without_the_columns_is_refused(text: str) -> None:
    with pytest.raises(NotDivipola, match="no tiene las columnas"):
        read(text)


def test_a_file_without_rows_is_refused() -> None:
    with pytest.raises(NotDivipola, match="ningún municipio"):
        read("COD_MPIO,NOM_MPIO\n,\n\n")


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("05,5.1,Medellín", "cinco dígitos"),
        ("05,050010,Medellín", "cinco dígitos"),
        ("05,,Medellín", "cinco dígitos"),
        ("05,abc,Medellín", "cinco dígitos"),
        ("05,-5001,Medellín", "cinco dígitos"),
        ("05,٠٥٠٠١,Medellín", "cinco dígitos"),
        ("03,03001,Macondo", "no existe el departamento 03"),
        ("25,05001,Medellín", "no es del departamento 25"),
        ("05,05001,", "falta el nombre"),
        ("05,05001", "falta el nombre"),
        ("05,05001,Mede\x07llín", "no se puede leer"),
        ("05,05002,Otra", "otro nombre"),
        ("Fuente: DANE,,", "cinco dígitos"),
    ],
)
def test_a_row_that_is_wrong_refuses_the_whole_file_and_names_its_line(row: str, problem: str) -> None:
    with pytest.raises(NotDivipola, match=rf"línea 3: .*{problem}"):
        read(f"COD_DPTO,COD_MPIO,NOM_MPIO\n05,05002,Abejorral\n{row}\n05,05004,Abriaquí")


def test_of_many_wrong_rows_the_first_are_told() -> None:
    with pytest.raises(NotDivipola, match=r"línea 6: .*; y 95 más"):
        read("COD_MPIO,NOM_MPIO\n" + "x,y\n" * 100)
