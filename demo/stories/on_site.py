"""Stories of equipment, visits on site and remote sessions, and of an incident that the provider published."""

from demo.stories.told import (
    Request,
    Story,
    accepts_visit,
    approves_visit,
    asks_for_visit,
    begins_session,
    claims,
    confirms,
    dates_visit,
    diagnoses,
    ends_session,
    hands_up,
    involves,
    on_the_day,
    replies,
    reports_visit,
    resolves,
    signs_off,
    spends,
    starts_visit,
    ties_to_incident,
    tries,
)
from policy.case.case import Cause, Channel, Outcome, Priority

_IN_VAIN = Outcome.NOT_SOLVED
_QUOTE = 1_480_000
_QUOTE_NEARBY = 260_000

STORIES = (
    Story(
        name="equipos-mudos",
        about="tracking",
        group="rastreo",
        priority=Priority.MODERATE,
        requests=(
            Request(
                title="{n} equipos no encienden después de la tormenta",
                description="Tras la tormenta eléctrica de anoche {n} equipos de {producto} quedaron apagados en "
                "{ciudad}. {usuarios} no los ven y {area} lleva el control a mano.",
                prior_analysis="Medimos la batería de tres vehículos y está bien. Cambiamos el fusible del arnés en "
                "dos: el equipo no enciende.",
            ),
            Request(
                title="Los equipos de {sede} dejaron de responder a la vez",
                description="Desde ayer los {n} equipos instalados en {sede} no reportan ni responden. Los demás de "
                "{producto} trabajan bien.",
                prior_analysis="Revisamos la corriente del sitio y la señal celular: ambas están bien. Reiniciamos "
                "cuatro equipos con el botón, sin resultado.",
            ),
        ),
        beats=(
            claims("5m", "l1"),
            tries("12m", "l1", _IN_VAIN, "Reinicio desde la plataforma: ningún equipo respondió.", Channel.WEB),
            tries("20m", "l1", _IN_VAIN, "Con el contacto en el chat se probó el botón de reinicio.", Channel.CHAT),
            hands_up("28m", "l1", "Ningún equipo responde a comandos: hace falta un especialista."),
            claims("33m", "l2"),
            tries("45m", "l2", _IN_VAIN, "Se guio por teléfono la medición del arnés: hay corriente.", Channel.PHONE),
            begins_session("52m", "l2", "Escritorio remoto de Chrome"),
            ends_session("1h2m", "l2", "Se revisó la consola de configuración en el computador del cliente."),
            tries("1h8m", "l2", _IN_VAIN, "Se envió la guía de recuperación; el cliente la siguió.", Channel.EMAIL),
            asks_for_visit(
                "1h15m",
                "l2",
                "Se agotaron los medios remotos: hay que abrir los equipos y medir sus fuentes en el sitio.",
            ),
            approves_visit("2h", _QUOTE, "Tiquetes desde Bogotá, una noche de hotel y transporte local."),
            accepts_visit("5h", _QUOTE),
            dates_visit("6h", "l2", 3),
            spends("1d2h", "Tiquetes de ida y regreso", 890_000, "FE-20418"),
            on_the_day(3, starts_visit("5m")),
            on_the_day(3, spends("50m", "Hotel, una noche", 310_000, "FE-77120")),
            on_the_day(
                3,
                reports_visit(
                    "1h10m",
                    "Las fuentes de los equipos se quemaron con la descarga: les falta el varistor de su ficha.",
                    "Se cambiaron las fuentes, se probaron todos los equipos y se recomendó un supresor de picos.",
                ),
            ),
            signs_off("4d4h"),
            diagnoses(
                "4d4h30m",
                "l2",
                Cause.MANUFACTURING_DEFECT,
                "Las fuentes salieron de fábrica sin el varistor y no aguantaron la descarga.",
            ),
            resolves("4d5h", "l2", "Equipos encendidos y reportando. Queda la recomendación del supresor de picos."),
            confirms("4d9h"),
        ),
    ),
    Story(
        name="equipos-en-planta",
        about="tracking",
        group="rastreo",
        priority=Priority.MODERATE,
        requests=(
            Request(
                title="El lector de la báscula no reconoce los carrotanques",
                description="El lector instalado en {sede} no reconoce a los carrotanques que entran. En {area} se "
                "anotan las llegadas en papel y se forman filas de hasta {n} minutos.",
                prior_analysis="Limpiamos la antena, revisamos el cable de red y cambiamos el adaptador de "
                "corriente. La luz del lector titila en rojo.",
            ),
        ),
        beats=(
            claims("6m", "l1"),
            replies("14m", "l1", "Vemos que el lector perdió su configuración. Intentamos cargarla de forma remota."),
            tries("25m", "l1", _IN_VAIN, "Se cargó la configuración desde la plataforma: el lector no la recibe."),
            hands_up("32m", "l1", "El lector no acepta configuración remota."),
            claims("40m", "l2"),
            asks_for_visit("1h", "l2", "El puerto de red del lector no responde: hay que revisarlo en la planta."),
            approves_visit("1h45m", _QUOTE_NEARBY, "Transporte desde Bogotá, ida y regreso en el día."),
        ),
    ),
    Story(
        name="equipo-humedo",
        about="tracking",
        group="rastreo",
        priority=Priority.MODERATE,
        requests=(
            Request(
                title="El sensor de temperatura del furgón {placa} marca 60 grados",
                description="El sensor del furgón {placa} marca 60 °C con el cuarto frío en 4 °C. {usuarios} reciben "
                "alarmas falsas todo el turno.",
                prior_analysis="Comparamos con un termómetro de mano. Cambiamos el sensor de puerto y el error lo "
                "sigue: es el sensor. Hay humedad dentro de la carcasa.",
            ),
        ),
        beats=(
            claims("8m", "l1"),
            replies("18m", "l1", "Recibimos las fotos. Las revisa un especialista para decidir sobre la garantía."),
            hands_up("26m", "l1", "Reclamo sobre un equipo: lo diagnostica un especialista."),
            claims("35m", "l2"),
            diagnoses(
                "58m",
                "l2",
                Cause.MANUFACTURING_DEFECT,
                "El empaque de la carcasa salió mal prensado de fábrica y dejó entrar humedad.",
            ),
            replies("1h6m", "l2", "Lo cubre la garantía. Hoy despachamos un sensor nuevo, ya configurado."),
        ),
    ),
    Story(
        name="equipo-golpeado",
        about="tracking",
        group="rastreo",
        priority=Priority.LOW,
        requests=(
            Request(
                title="El equipo del carrotanque {placa} se apaga en carretera",
                description="El equipo del {placa} se apaga varias veces por viaje y el recorrido queda cortado en "
                "{producto}.",
                prior_analysis="Revisamos el fusible y la corriente del vehículo. El equipo tiene la carcasa partida "
                "desde un choque del mes pasado.",
            ),
        ),
        beats=(
            claims("20m", "l1"),
            hands_up("45m", "l1", "Reclamo sobre un equipo: lo diagnostica un especialista."),
            claims("1h10m", "l2"),
            diagnoses(
                "2h30m",
                "l2",
                Cause.MISUSE,
                "La placa está fisurada por un golpe fuerte desde afuera, que la garantía no cubre.",
            ),
        ),
    ),
    Story(
        name="caida-de-google",
        about="maps",
        group="google-maps-platform",
        priority=Priority.SERIOUS,
        requests=(
            Request(
                title="El mapa responde lento y a veces en gris",
                description="Desde hace un rato el mapa de {producto} tarda o queda en gris en {ciudad}. {usuarios} "
                "reportan lo mismo en distintos equipos.",
                prior_analysis="Revisamos la clave y la cuota: están bien. Otra página con Google Maps también falla "
                "a ratos.",
            ),
        ),
        beats=(
            claims("5m", "l1"),
            ties_to_incident("9m", "l1", "google-maps-platform:demo-en-curso"),
            replies(
                "14m",
                "l1",
                "Google publicó un incidente que coincide con lo que usted describe. Ligamos su caso y le contamos.",
            ),
            hands_up("24m", "l1", "Incidente del proveedor en curso: lo sigue un especialista."),
            claims("30m", "l2"),
            involves("40m", "l2", "google", "4471{n}02"),
        ),
    ),
)
