"""Stories of geographic information systems: viewers, layers, cadastre, coordinates."""

from demo.stories.told import (
    Request,
    Story,
    answers,
    asks,
    claims,
    confirms,
    hands_up,
    notes,
    reopens,
    replies,
    resolves,
    sets_priority,
    withdraws,
)
from policy.case.case import Category, Priority

_GROUP = "sig"

STORIES = (
    Story(
        name="geovisor-lento",
        about="gis",
        group=_GROUP,
        priority=Priority.MODERATE,
        requests=(
            Request(
                title="El geovisor tarda más de 40 segundos en abrir",
                description="Desde el lunes {producto} tarda entre 40 y 60 segundos en mostrar la primera vista. "
                "{usuarios} lo usan todo el día y se les cierra la sesión mientras esperan.",
                prior_analysis="Medimos desde tres redes distintas: la demora es igual. El servidor está al 20 % de "
                "procesador. Desactivamos capas una por una: con «{capa}» apagada abre en 6 segundos.",
            ),
            Request(
                title="Al acercar el mapa se congela la pantalla",
                description="Cuando se baja de la escala 1:5.000 el navegador se congela cerca de {n} segundos. "
                "Ocurre en {sede} y en las tabletas de campo.",
                prior_analysis="Actualizamos el navegador y probamos en un equipo nuevo. Con pocas capas no ocurre. "
                "No hemos publicado capas nuevas este mes.",
            ),
        ),
        beats=(
            claims("12m", "l1"),
            replies("25m", "l1", "Reprodujimos la demora desde nuestra red. Revisamos la capa que usted señala."),
            hands_up("44m", "l1", "La capa no tiene índice espacial visible desde el servicio; pasa a especialistas."),
            claims("56m", "l2"),
            notes("1h10m", "l2", "La consulta recorre la tabla completa: el índice quedó inválido tras la migración."),
            replies(
                "1h28m",
                "l2",
                "El índice espacial de la capa quedó inválido con la última actualización. Reconstruirlo bloquea la "
                "tabla, así que lo coordinamos con nuestra dirección para una ventana corta.",
            ),
            claims("2h05m", "l3"),
            replies("2h20m", "l3", "Autoricé la ventana de mantenimiento de 15 minutos para reconstruir el índice."),
            resolves("4h", "l3", "Índice reconstruido: la primera vista abre en 5 segundos en las tres redes."),
            reopens("1d2h", "Hoy a media mañana volvió la demora, aunque menor: unos 20 segundos."),
            replies("1d3h", "l3", "Una tarea nocturna volvía a invalidar el índice. La estamos corrigiendo."),
            resolves(
                "1d5h",
                "l3",
                "La tarea nocturna ya no borra el índice y agregamos una comprobación diaria. Medido hoy: 5 segundos.",
            ),
            confirms("2d3h"),
        ),
    ),
    Story(
        name="capa-wms-404",
        about="gis",
        group=_GROUP,
        priority=Priority.SERIOUS,
        requests=(
            Request(
                title="El servicio WMS responde 404 después de la actualización",
                description="Tras la actualización de anoche ninguna capa externa carga en {producto}: el servicio "
                "WMS responde 404. {usuarios} no pueden consultar {capa}.",
                prior_analysis="La dirección del servicio funciona si le quitamos «/geoserver» del comienzo. "
                "Probamos con QGIS y da lo mismo. No cambiamos el proxy.",
            ),
            Request(
                title="Desaparecieron las capas del IGAC en el visor",
                description="Las capas base del IGAC ya no se ven en {producto}; las propias sí. El comité de {area} "
                "es hoy y necesita esa base.",
                prior_analysis="El portal del IGAC abre bien desde el navegador. En el visor la petición queda en "
                "rojo con 404. Limpiamos la caché del visor.",
            ),
        ),
        beats=(
            claims("8m", "l1"),
            replies("18m", "l1", "La actualización cambió la ruta base del servicio. Estamos restaurando la anterior."),
            resolves(
                "36m",
                "l1",
                "Se restableció la ruta publicada y las capas responden. Dejamos una redirección para que los dos "
                "caminos funcionen mientras actualizan sus marcadores.",
            ),
            confirms("3h"),
        ),
    ),
    Story(
        name="origen-nacional",
        about="gis",
        group=_GROUP,
        priority=Priority.LOW,
        category=Category.QUESTION,
        requests=(
            Request(
                title="Puntos corridos al usar el Origen Nacional (EPSG:9377)",
                description="Al exportar en EPSG:9377 los puntos quedan corridos frente a los planos antiguos en "
                "MAGNA Bogotá (EPSG:3116). ¿Cuál es la forma correcta de pasar de uno al otro en {producto}?",
                prior_analysis="Leímos la resolución del IGAC sobre el Origen Nacional. En QGIS la reproyección "
                "queda bien; en el visor hay una diferencia de unos {n} centímetros.",
            ),
        ),
        beats=(
            claims("32m", "l1"),
            replies("46m", "l1", "Gracias por el detalle. Comparamos los parámetros de las dos proyecciones."),
            resolves(
                "1h25m",
                "l1",
                "El visor aplicaba una transformación de datum que entre MAGNA y MAGNA no corresponde. Elija «sin "
                "transformación» en la exportación; adjuntamos el paso a paso con imágenes.",
            ),
        ),
    ),
    Story(
        name="predial-sin-cruce",
        about="gis",
        group=_GROUP,
        priority=Priority.MODERATE,
        requests=(
            Request(
                title="Los predios no cruzan: número predial de 20 y de 30 dígitos",
                description="Al cruzar la base de impuestos con la capa catastral solo coincide el {n} % de los "
                "predios. En impuestos el número predial tiene 20 dígitos y en la capa tiene 30.",
                prior_analysis="Probamos a completar con ceros a la izquierda y a la derecha. En la zona urbana "
                "mejora algo; en la rural no. Revisamos diez casos a mano y sí existen en ambas bases.",
            ),
        ),
        beats=(
            claims("15m", "l1"),
            replies("28m", "l1", "Entendido. Es la equivalencia entre el número anterior y el nacional."),
            hands_up("44m", "l1", "Se requiere la regla de equivalencia predial; pasa al grupo SIG."),
            claims("56m", "l2"),
            asks(
                "1h12m",
                "l2",
                "Necesitamos el código del municipio que usa su base de impuestos y una muestra de 50 predios "
                "rurales. ¿Nos los envía por el portal?",
            ),
            answers("2d", "Cargué la muestra en el portal. El código es el de cinco dígitos del DANE."),
            replies("2d10m", "l2", "Con la muestra vemos que la zona rural perdió el dígito de sector."),
            resolves(
                "2d20m",
                "l2",
                "La vista de equivalencias quedó publicada: cruza el 98,7 % de los predios. Los que faltan son "
                "mejoras sin predio matriz; el listado está en el portal.",
            ),
            confirms("3d1h"),
        ),
    ),
    Story(
        name="colores-del-mapa",
        about="gis",
        group=_GROUP,
        priority=Priority.CRITICAL,
        requests=(
            Request(
                title="URGENTE: el mapa de calor salió con colores distintos",
                description="El mapa de calor de {producto} aparece en tonos azules y siempre fue de verde a rojo. "
                "La gerencia lo va a presentar la próxima semana.",
                prior_analysis="Los datos son correctos. Cambiamos la leyenda en un equipo y se ve bien allí, pero "
                "los demás siguen en azul.",
            ),
        ),
        beats=(
            claims("4m", "l1"),
            replies("9m", "l1", "Buen día. Revisamos el estilo publicado de la capa."),
            sets_priority(
                "15m",
                "l1",
                Priority.LOW,
                "El servicio funciona y los datos son correctos: es un ajuste de presentación, de impacto bajo.",
            ),
            resolves(
                "55m",
                "l1",
                "El estilo por defecto se había reemplazado por el de otra capa. Quedó de nuevo de verde a rojo para "
                "todos.",
            ),
            confirms("1d"),
        ),
    ),
    Story(
        name="capa-sin-atender",
        about="gis",
        group=_GROUP,
        priority=Priority.SERIOUS,
        requests=(
            Request(
                title="No se pueden guardar ediciones en la capa de redes",
                description="Al guardar un cambio {producto} dice «transacción rechazada». {usuarios} llevan {n} "
                "novedades en papel porque no pueden digitarlas.",
                prior_analysis="Probamos con tres usuarios y dos capas. La lectura funciona. Ayer a las 5 p. m. "
                "todavía guardaba. No hay cambios de red ni de claves.",
            ),
            Request(
                title="La consulta por cédula catastral no devuelve nada",
                description="Desde esta mañana la búsqueda por cédula catastral en {producto} devuelve cero "
                "resultados con números que sí existen. {usuarios} están atendiendo sin sistema.",
                prior_analysis="Probamos con diez números de ayer, que ayer salían. La búsqueda por dirección sí "
                "responde. Reiniciamos el equipo de ventanilla.",
            ),
        ),
        beats=(
            claims("5h", "l3"),
            replies(
                "5h12m", "l3", "Le ofrezco disculpas por la demora. Tomé el caso y ya tengo el registro del error."
            ),
            resolves("5h40m", "l3", "Se liberó el espacio del disco de transacciones; el servicio quedó verificado."),
        ),
    ),
    Story(
        name="exporta-con-tildes",
        about="gis",
        group=_GROUP,
        priority=Priority.LOW,
        requests=(
            Request(
                title="El informe exportado a Excel llega con caracteres extraños",
                description="Al exportar el informe de {area}, las tildes y las eñes salen como «Ã±». Hay que "
                "corregir a mano unas {n} filas cada semana.",
                prior_analysis="Abrimos el archivo con LibreOffice eligiendo UTF-8 y se ve bien; con Excel no. "
                "Probamos dos versiones de Excel.",
            ),
        ),
        beats=(
            claims("30m", "l1"),
            replies("44m", "l1", "Vemos el problema: el archivo no trae la marca que Excel espera."),
            resolves(
                "1h20m",
                "l1",
                "La exportación incluye ahora la marca de orden de bytes y Excel reconoce las tildes. No necesita "
                "cambiar nada en sus equipos.",
            ),
            confirms("1d4h"),
        ),
    ),
    Story(
        name="falla-propia",
        about="gis",
        group=_GROUP,
        priority=Priority.SERIOUS,
        requests=(
            Request(
                title="Nadie puede entrar al geovisor desde la sede",
                description="Desde {sede} no abre {producto}: la página queda en blanco para {usuarios}. Desde la "
                "casa de un compañero sí abre.",
                prior_analysis="Reiniciamos el enrutador y probamos por cable. Otras páginas abren normal.",
            ),
        ),
        beats=(
            claims("7m", "l1"),
            replies(
                "16m",
                "l1",
                "El servicio está arriba y recibe tráfico de otras sedes. Por lo que describe, algo en su red "
                "bloquea el puerto. ¿Su área de redes hizo algún cambio hoy?",
            ),
            answers("33m", "Era el cortafuegos nuestro: lo actualizaron anoche. Ya lo corrigieron, retiramos el caso."),
            withdraws("35m"),
        ),
    ),
)
