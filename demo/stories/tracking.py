"""Stories of fleets: trackers, geofences, drivers' apps and routing."""

from demo.stories.told import (
    Request,
    Story,
    answers,
    asks,
    claims,
    confirms,
    diagnoses,
    hands_up,
    involves,
    notes,
    provider_says,
    replies,
    resolves,
    sets_priority,
    transfers,
    tries,
)
from policy.case.case import Cause, Outcome, Priority

_GROUP = "rastreo"

STORIES = (
    Story(
        name="gps-sin-reporte",
        about="tracking",
        group=_GROUP,
        priority=Priority.SERIOUS,
        requests=(
            Request(
                title="{n} vehículos dejaron de reportar posición",
                description="Desde la madrugada {n} vehículos aparecen detenidos en su última posición, aunque están "
                "en carretera. Entre ellos el {placa}. En {area} los siguen por teléfono.",
                prior_analysis="Pedimos a dos conductores apagar y encender el interruptor maestro: no cambió nada. "
                "Todos los equipos afectados tienen SIM del mismo operador.",
            ),
            Request(
                title="El vehículo {placa} no transmite desde ayer",
                description="El {placa} no reporta desde ayer en la tarde. El equipo enciende (la luz verde "
                "parpadea) pero en {producto} aparece «sin señal». El viaje de hoy necesita seguimiento.",
                prior_analysis="Revisamos el fusible y la antena. Pasamos la SIM a un celular y sí navega. Otros "
                "equipos iguales funcionan.",
            ),
        ),
        beats=(
            claims("5m", "l1"),
            replies("12m", "l1", "Vemos el corte en nuestra plataforma. Estamos probando los equipos de forma remota."),
            tries(
                "20m",
                "l1",
                Outcome.NOT_SOLVED,
                "Enviamos reinicio remoto y reconfiguración del APN con el cliente en línea; el equipo no respondió.",
            ),
            hands_up("33m", "l1", "No responde a comandos remotos: posible falla de la red de datos del operador."),
            claims("42m", "l2"),
            involves("1h", "l2", "operador-movil", "INC-{n}07"),
            provider_says(
                "1h14m", "l2", "El operador confirma una falla del APN privado y la corrige en este momento."
            ),
            diagnoses(
                "1h19m",
                "l2",
                Cause.MANUFACTURING_DEFECT,
                "El módem sale de fábrica con una versión que no vuelve a la red cuando el APN se cae.",
            ),
            resolves(
                "1h24m",
                "l2",
                "El operador restableció el APN y los equipos volvieron a reportar. Los puntos guardados en memoria "
                "ya se cargaron: el recorrido quedó completo.",
            ),
            confirms("6h"),
        ),
    ),
    Story(
        name="geocercas-tarde",
        about="tracking",
        group=_GROUP,
        priority=Priority.MODERATE,
        requests=(
            Request(
                title="Las alertas de geocerca llegan 20 minutos tarde",
                description="Las alertas de entrada y salida llegan con unos 20 minutos de retraso. El {placa} ya "
                "estaba descargando cuando llegó el aviso de entrada a {sede}.",
                prior_analysis="La posición en el mapa sí es inmediata; lo que se demora es la alerta. Probamos con "
                "correo y con notificación, igual. Empezó el día que creamos las geocercas nuevas.",
            ),
            Request(
                title="Llegan alertas repetidas de exceso de velocidad",
                description="Por cada exceso de velocidad llegan entre cinco y {n} alertas iguales. {usuarios} ya no "
                "las miran y se pueden perder las reales.",
                prior_analysis="Revisamos que la regla esté una sola vez. Cambiamos el umbral de 80 a 85 km/h y "
                "sigue igual. Solo pasa con los equipos nuevos.",
            ),
        ),
        beats=(
            claims("25m", "l1"),
            replies("40m", "l1", "Estamos comparando la hora del evento en el equipo con la hora de la alerta."),
            claims("1h20m", "l2"),
            replies(
                "1h35m",
                "l2",
                "La cola de alertas procesa geocercas muy grandes con todos los puntos del polígono. Probamos a "
                "simplificarlas en un ambiente de ensayo.",
            ),
            claims("2h30m", "l3"),
            notes("3h", "l3", "Hay que repartir la cola por cliente. Programado para la siguiente entrega del motor."),
            replies(
                "4h",
                "l3",
                "Como medida inmediata dimos prioridad a sus geocercas; el retraso bajó a unos 6 minutos. Trabajamos "
                "en la solución de fondo.",
            ),
        ),
    ),
    Story(
        name="bateria-del-equipo",
        about="tracking",
        group=_GROUP,
        priority=Priority.LOW,
        requests=(
            Request(
                title="El equipo de rastreo se descarga con el vehículo apagado",
                description="El equipo del {placa} pierde la señal a las dos horas de apagar el vehículo; los demás "
                "duran toda la noche con su batería interna.",
                prior_analysis="Lo dejamos cargando ocho horas y lo cambiamos de vehículo: el problema se fue con el "
                "equipo. No tiene golpes ni humedad a la vista.",
            ),
        ),
        beats=(
            claims("38m", "l1"),
            asks(
                "52m",
                "l1",
                "Por favor envíenos una foto de la etiqueta del equipo (se debe leer el número de serie) y otra de "
                "la conexión, para iniciar la revisión de garantía.",
            ),
            answers("1d", "Subí las dos fotos. El serial se lee completo."),
            hands_up("1d18m", "l1", "Equipo suministrado por nosotros; el especialista debe diagnosticar la batería."),
            claims("1d35m", "l2"),
            diagnoses(
                "1d45m",
                "l2",
                Cause.MANUFACTURING_DEFECT,
                "Por telemetría, una celda de la batería salió dañada de fábrica.",
            ),
            replies(
                "1d50m", "l2", "Por telemetría, la batería entrega el 30 % de su capacidad: es defecto de fábrica."
            ),
            resolves(
                "1d1h30m",
                "l2",
                "Aprobada la garantía: enviamos un equipo de reemplazo ya configurado con el mismo identificador. "
                "Conserve el anterior para la recolección.",
            ),
            confirms("4d"),
        ),
    ),
    Story(
        name="app-del-conductor",
        about="tracking",
        group=_GROUP,
        priority=Priority.SERIOUS,
        requests=(
            Request(
                title="La aplicación se cierra al confirmar la entrega",
                description="Desde la última versión la aplicación se cierra al tomar la foto de entrega. Les ocurre "
                "a {n} personas de {area}; están confirmando por mensaje.",
                prior_analysis="Reinstalamos y borramos datos en tres teléfonos. Falla en Android 14 y 15; en "
                "Android 12 no. Con la cámara en baja resolución a veces pasa.",
            ),
            Request(
                title="Las entregas confirmadas sin señal se pierden",
                description="Cuando el teléfono está sin señal la entrega queda «pendiente de enviar» y al volver la "
                "señal desaparece. Ayer se perdieron {n} confirmaciones.",
                prior_analysis="Lo repetimos en modo avión: siempre se pierde la última. En el registro del teléfono "
                "aparece «conflict 409». Con la versión anterior no pasaba.",
            ),
        ),
        beats=(
            claims("7m", "l1"),
            replies("15m", "l1", "Logramos repetir la falla en un teléfono de prueba. Reunimos el registro."),
            hands_up("40m", "l1", "Falla reproducible de la versión nueva; requiere al grupo de rastreo."),
            claims("52m", "l2"),
            notes("1h20m", "l2", "La foto se procesa en memoria completa; en Android 14 el sistema cierra la app."),
            claims("1h58m", "l3"),
            replies(
                "2h30m", "l3", "Preparamos una versión corregida. Mientras tanto pueden usar la anterior, adjunta."
            ),
            asks("3h20m", "l3", "¿Puede probar la versión 4.8.2 en dos teléfonos y enviarnos el registro del día?"),
            answers("1d", "La probamos en tres teléfonos durante la mañana: sin cierres. Adjunté los registros."),
            diagnoses(
                "1d30m",
                "l3",
                Cause.MANUFACTURING_DEFECT,
                "La versión 4.8.1 se entregó con el defecto: procesa la foto completa en memoria.",
            ),
            resolves(
                "1d40m", "l3", "La versión 4.8.2 quedó publicada para todos. La foto se comprime antes de enviarse."
            ),
            confirms("2d"),
        ),
    ),
    Story(
        name="pico-y-placa",
        about="routing",
        group="sig",
        priority=Priority.SERIOUS,
        requests=(
            Request(
                title="El motor de rutas ignora el pico y placa",
                description="El plan de hoy asignó el {placa} a la ruta del centro de {ciudad} en su día de "
                "restricción. Hubo que replanear {n} paradas a mano.",
                prior_analysis="La restricción está cargada y activa en {producto}. Volvimos a calcular el plan y da "
                "lo mismo. La semana pasada sí la respetaba.",
            ),
            Request(
                title="El plan de rutas deja por fuera las paradas con horario",
                description="Las paradas con ventana horaria quedan «sin asignar» aunque hay vehículos libres: hoy "
                "fueron {n}. {usuarios} las están agregando a mano.",
                prior_analysis="Ampliamos las ventanas a dos horas y sigue igual. Si quitamos la capacidad en kilos "
                "las asigna todas.",
            ),
        ),
        beats=(
            claims("6m", "l1"),
            replies("13m", "l1", "Revisamos la configuración de su plan; la restricción está, pero no se aplica."),
            hands_up("22m", "l1", "La regla existe y el motor no la aplica: es del motor de rutas."),
            claims("30m", "other"),
            notes("40m", "other", "No es del equipo GPS: el calendario de restricciones perdió el año en la carga."),
            transfers("45m", "other", "sig", "El calendario de restricciones lo mantiene el grupo SIG."),
            claims("52m", "l2"),
            replies("1h02m", "l2", "El calendario de restricciones quedó con el año pasado. Lo estamos corrigiendo."),
            resolves(
                "1h14m",
                "l2",
                "Calendario corregido y plan de hoy recalculado sin vehículos en restricción. Agregamos una "
                "validación que avisa cuando el calendario vence en menos de 30 días.",
            ),
            confirms("4h"),
        ),
    ),
    Story(
        name="rutas-sobrecargadas",
        about="routing",
        group="sig",
        priority=Priority.LOW,
        requests=(
            Request(
                title="Las rutas de la tarde quedan con el doble de paradas",
                description="Desde hace tres días {producto} reparte mal la jornada: las rutas de la mañana llevan 9 "
                "paradas y las de la tarde 21. {usuarios} terminan hacia las 8 p. m.",
                prior_analysis="Comparamos la configuración con una copia de hace un mes y es igual. El número de "
                "pedidos no cambió. Cambiamos la hora de inicio y el reparto sigue igual.",
            ),
        ),
        beats=(
            claims("14m", "l1"),
            replies("24m", "l1", "Gracias. Vamos a comparar sus planes de esta semana con los de la anterior."),
            sets_priority(
                "34m",
                "l1",
                Priority.MODERATE,
                "La operación trabaja dos horas de más cada día: el servicio está afectado en parte.",
            ),
            asks(
                "46m",
                "l1",
                "¿Nos confirma si hace tres días cambió la jornada o el punto de partida de algún vehículo?",
            ),
            answers("1d1h", "Sí: dos vehículos parten ahora de {sede}. No pensé que influyera."),
            resolves(
                "1d1h8m",
                "l1",
                "Los dos vehículos no tenían punto de regreso y el motor les dejaba toda la tarde. Con el regreso "
                "configurado las rutas quedan de 14 y 16 paradas.",
            ),
        ),
    ),
)
