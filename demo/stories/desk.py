"""Stories of access and platforms, and of the limits of support: out of scope, duplicates, no cover."""

from demo.stories.told import (
    Request,
    Story,
    answers,
    asks,
    claims,
    closes_as_duplicate,
    closes_out_of_scope,
    confirms,
    hands_up,
    notes,
    replies,
    resolves,
)
from policy.case.case import Category, OutOfScopeKind, Priority

_GROUP = "infraestructura"

STORIES = (
    Story(
        name="certificado-vencido",
        about="first",
        group=_GROUP,
        priority=Priority.CRITICAL,
        requests=(
            Request(
                title="El portal muestra «La conexión no es privada»",
                description="Nadie puede entrar a {producto}: todos los navegadores avisan que la conexión no es "
                "privada. {usuarios} están sin sistema y {area} está detenida.",
                prior_analysis="Vimos que el certificado venció hoy. Probamos desde tres redes y con el celular. La "
                "hora de los equipos es correcta.",
            ),
        ),
        beats=(
            claims("4m", "l1"),
            replies("7m", "l1", "Confirmado: el certificado venció hoy. Lo pasamos de inmediato a infraestructura."),
            hands_up("11m", "l1", "Renovación de certificado en el balanceador."),
            claims("15m", "l2"),
            resolves(
                "27m",
                "l2",
                "Certificado renovado y desplegado. La renovación automática había fallado en silencio; ahora avisa "
                "20 días antes.",
            ),
            confirms("2h"),
        ),
    ),
    Story(
        name="despacho-caido",
        about="first",
        group=_GROUP,
        priority=Priority.CRITICAL,
        requests=(
            Request(
                title="Plataforma fuera de servicio: error 503 en todos los módulos",
                description="{producto} responde 503 en todas las páginas. {area} quedó a ciegas: hay {n} vehículos "
                "y cuadrillas en campo sin seguimiento.",
                prior_analysis="Comprobamos que no es nuestra red: desde el celular ocurre igual. El error comenzó "
                "de repente y no hubo cambios nuestros.",
            ),
            Request(
                title="El tablero quedó congelado para todos los usuarios",
                description="El tablero de {producto} muestra la misma hora desde hace rato y no se actualiza para "
                "nadie. {usuarios} no pueden tomar decisiones con él.",
                prior_analysis="Cerramos sesión, cambiamos de navegador y de red. La consulta directa a la interfaz "
                "de datos también devuelve información vieja.",
            ),
        ),
        beats=(
            claims("6m", "l1"),
            replies("10m", "l1", "Confirmamos la caída. El equipo de infraestructura ya está avisado."),
            claims("38m", "l2"),
            replies("46m", "l2", "El nodo principal de la base de datos no arranca; promovemos la réplica."),
            claims("1h09m", "l3"),
            replies(
                "1h25m",
                "l3",
                "La réplica está arriba en modo de solo lectura. Restauramos la escritura por partes; le informo "
                "cada media hora.",
            ),
            notes("2h5m", "l3", "Falta reconstruir los índices de la partición del mes; después se abre la escritura."),
            replies("2h20m", "l3", "Ya se puede consultar. La escritura sigue en restauración."),
        ),
    ),
    Story(
        name="ingreso-al-portal",
        about="first",
        group=_GROUP,
        priority=Priority.MODERATE,
        requests=(
            Request(
                title="Usuarios nuevos no pueden ingresar",
                description="Creamos {n} usuarios para {area} y ninguno puede entrar: dice «credenciales no "
                "válidas». Los antiguos entran sin problema.",
                prior_analysis="Restablecimos las claves dos veces. Revisamos que estén activos y con el rol "
                "correcto. El correo de activación sí les llega.",
            ),
            Request(
                title="La sesión se cierra cada cinco minutos",
                description="Desde ayer la sesión de {producto} se cierra a los cinco minutos, aunque se esté "
                "usando. {usuarios} pierden lo que llevan escrito.",
                prior_analysis="Ocurre en todos los navegadores. La hora de los equipos es correcta. Desde la red de "
                "invitados pasa lo mismo.",
            ),
        ),
        beats=(
            claims("14m", "l1"),
            asks(
                "24m", "l1", "¿Nos comparte dos de los usuarios afectados y la hora de un intento fallido, por favor?"
            ),
            answers("2h", "Los dos intentos fueron hace unos minutos; los usuarios van en el adjunto."),
            replies("2h12m", "l1", "El directorio los tiene sin grupo de acceso. Lo corregimos."),
            resolves(
                "2h22m",
                "l1",
                "Los usuarios quedaron en el grupo correcto y la plantilla de creación, corregida. Pueden entrar con "
                "la clave que recibieron.",
            ),
        ),
    ),
    Story(
        name="integracion-401",
        about="first",
        group=_GROUP,
        priority=Priority.MODERATE,
        requests=(
            Request(
                title="La integración con el ERP responde 401",
                description="El envío automático de {producto} al ERP falla con 401 desde las 6 a. m. Hay {n} "
                "documentos en cola y el cierre es mañana.",
                prior_analysis="El proveedor del ERP dice que de su lado no cambió nada. Probamos la misma petición "
                "con Postman y también da 401.",
            ),
            Request(
                title="El webhook de novedades llega sin firma",
                description="Nuestro servidor rechaza los avisos de {producto} porque vienen sin la cabecera de "
                "firma. Perdimos {n} novedades desde ayer.",
                prior_analysis="Guardamos tres peticiones completas: la cabecera no viene. La clave compartida no ha "
                "cambiado.",
            ),
        ),
        beats=(
            claims("17m", "l1"),
            replies("31m", "l1", "Vemos los rechazos en nuestro registro. Revisamos la credencial de la integración."),
            hands_up("45m", "l1", "La credencial se rotó anoche; infraestructura debe publicar la nueva."),
            claims("57m", "l2"),
            replies("1h12m", "l2", "Publicamos la credencial nueva y reprocesamos la cola por lotes."),
            resolves(
                "1h34m",
                "l2",
                "La integración responde y la cola quedó en cero. La rotación de credenciales queda con aviso previo "
                "de diez días a su correo de sistemas.",
            ),
            confirms("7h"),
        ),
    ),
    Story(
        name="informe-a-la-medida",
        about="first",
        group=_GROUP,
        priority=Priority.LOW,
        requests=(
            Request(
                title="Agregar un tablero de indicadores por conductor",
                description="Queremos en {producto} un tablero nuevo con calificación por persona, metas y premios, "
                "y que {usuarios} lo vean en el celular.",
                prior_analysis="Revisamos el manual y no existe esa opción. Hicimos un boceto en Excel que adjuntamos.",
            ),
        ),
        beats=(
            claims("30m", "l1"),
            closes_out_of_scope(
                "50m",
                "l1",
                OutOfScopeKind.DEVELOPMENT,
                "Lo que propone es una funcionalidad que el producto no trae: desarrollarla no hace parte del "
                "soporte. Su ejecutivo comercial puede preparar una propuesta con base en el boceto, que ya le "
                "compartimos.",
            ),
        ),
    ),
    Story(
        name="cargar-clientes",
        about="maps",
        group=_GROUP,
        priority=Priority.MODERATE,
        requests=(
            Request(
                title="Cargar la base de clientes nuevos al mapa",
                description="Adjuntamos un Excel con {n}00 clientes de {ciudad} para que los carguen en {producto} "
                "antes del viernes.",
                prior_analysis="Intentamos cargarlos nosotros y nos pide demasiado tiempo. El archivo ya está "
                "depurado.",
            ),
        ),
        beats=(
            claims("20m", "l1"),
            closes_out_of_scope(
                "35m",
                "l1",
                OutOfScopeKind.DATA_LOAD,
                "La carga de información en la solución no hace parte del soporte. Le dejamos la guía de carga "
                "masiva; si prefiere que la hagamos nosotros, su ejecutivo comercial le cotiza el servicio.",
            ),
        ),
    ),
    Story(
        name="actualizar-malla-vial",
        about="first",
        group=_GROUP,
        priority=Priority.LOW,
        requests=(
            Request(
                title="Actualizar la malla vial con los barrios nuevos",
                description="En {producto} faltan las vías de {n} urbanizaciones que se entregaron este año en "
                "{ciudad}. Pedimos que actualicen la base.",
                prior_analysis="Comparamos con la imagen satelital: las vías existen. Marcamos las zonas en el PDF "
                "adjunto.",
            ),
        ),
        beats=(
            claims("36m", "l1"),
            closes_out_of_scope(
                "52m",
                "l1",
                OutOfScopeKind.DATABASE_UPDATE,
                "La actualización de las bases de datos del negocio no hace parte del soporte. Existe un servicio "
                "anual de actualización cartográfica: pasamos su PDF al área comercial para que lo contacte.",
            ),
        ),
    ),
    Story(
        name="repetido",
        about="maps",
        group=_GROUP,
        priority=Priority.SERIOUS,
        requests=(
            Request(
                title="No se ve el mapa",
                description="Les escribo de {area}: el mapa está en gris y no se puede trabajar.",
                prior_analysis="Actualizamos la página varias veces y cambiamos de navegador.",
            ),
        ),
        beats=(
            claims("5m", "l1"),
            replies(
                "9m", "l1", "Gracias por avisar. Su compañía ya nos reportó esta falla y la estamos atendiendo allí."
            ),
            closes_as_duplicate("11m", "l1"),
        ),
    ),
    Story(
        name="sin-cobertura",
        about="routing",
        group=_GROUP,
        priority=Priority.MODERATE,
        requests=(
            Request(
                title="El plan de compras no incluye las fincas nuevas",
                description="Al generar el recorrido de la semana, {producto} deja por fuera {n} fincas que ya están "
                "creadas. {usuarios} las están visitando por su cuenta.",
                prior_analysis="Revisamos que las fincas estén activas y con coordenadas. En el mapa se ven; en el "
                "plan no.",
            ),
            Request(
                title="No se puede descargar el recorrido del día",
                description="El botón de descarga de {producto} no hace nada desde el lunes. {usuarios} toman foto a "
                "la pantalla.",
                prior_analysis="Probamos en dos navegadores y con otro usuario. La consola muestra un error 500.",
            ),
        ),
        beats=(
            notes("1h", "l1", "Contrato renovado y pendiente de pago. Avisado el ejecutivo comercial."),
            answers("2h", "Contabilidad nos dice que el pago está programado. Les enviamos el soporte apenas salga."),
        ),
    ),
    Story(
        name="primeros-pasos",
        about="gis",
        group=_GROUP,
        priority=Priority.LOW,
        category=Category.QUESTION,
        requests=(
            Request(
                title="¿Cómo dar permiso de solo lectura a un tercero?",
                description="Un interventor necesita ver {producto} sin poder editar. ¿Qué rol le asignamos y hasta "
                "cuándo puede estar activo?",
                prior_analysis="Vimos en el manual los roles «consulta» y «campo», pero no dice cuál oculta la "
                "edición.",
            ),
        ),
        beats=(
            claims("26m", "l1"),
            resolves(
                "48m",
                "l1",
                "Asigne el rol «consulta»: oculta la edición y la exportación. En la ficha del usuario puede poner "
                "fecha de vencimiento; ese día se desactiva solo.",
            ),
            confirms("6h"),
        ),
    ),
)
