"""Stories of Google Maps Platform: quotas, keys, billing, addresses."""

from demo.stories.told import (
    Request,
    Story,
    answers,
    asks,
    claims,
    confirms,
    goes_to_the_director,
    hands_up,
    involves,
    notes,
    provider_says,
    reopens,
    replies,
    resolves,
    tries,
)
from policy.case.case import Category, Outcome, Priority

_GROUP = "google-maps-platform"

STORIES = (
    Story(
        name="cuota-de-mapas",
        about="maps",
        group=_GROUP,
        priority=Priority.SERIOUS,
        requests=(
            Request(
                title="El mapa aparece en gris con «Oops! Something went wrong»",
                description="Desde comienzo de jornada {usuarios} ven el mapa en gris con el aviso «Oops! Something "
                "went wrong». Ocurre en todos los equipos de {sede} y también desde el celular. El listado sí carga; "
                "lo único que falla es el mapa.",
                prior_analysis="Probamos en Chrome y Edge, en modo incógnito y con datos del celular. La consola del "
                "navegador muestra OverQuotaMapError. No hemos hecho cambios en la aplicación desde la semana "
                "pasada.",
            ),
            Request(
                title="Cálculo de rutas responde OVER_QUERY_LIMIT",
                description="{producto} dejó de calcular recorridos: cerca de {n} solicitudes terminaron con "
                "OVER_QUERY_LIMIT en la última hora. En {area} están despachando con el mapa impreso.",
                prior_analysis="Revisamos los registros: el error empezó de un minuto a otro, sin subida de tráfico. "
                "Reiniciamos el servicio y bajamos el número de hilos de 8 a 2, sin mejora.",
            ),
        ),
        beats=(
            claims("6m", "l1"),
            replies(
                "14m",
                "l1",
                "Buen día. Ya vemos el error en su proyecto: la cuota diaria de Maps JavaScript API se agotó. "
                "Estamos confirmando si el consumo es de ustedes o de un tercero que usa su clave.",
            ),
            hands_up(
                "32m", "l1", "El consumo viene de una dirección desconocida; se necesita revisar la clave y la cuota."
            ),
            claims("41m", "l2"),
            replies(
                "55m",
                "l2",
                "Encontramos {n} cargas de mapa por hora desde un sitio que no es suyo. Restringimos la clave a sus "
                "dominios y pedimos a Google una ampliación temporal de la cuota.",
            ),
            involves("1h", "l2", "google", "5812{n}"),
            provider_says("1h12m", "l2", "Google aprobó la ampliación de la cuota por 72 horas."),
            resolves(
                "1h18m",
                "l2",
                "El mapa carga de nuevo. La clave quedó restringida por dominio y la cuota ampliada por 72 horas; "
                "con el uso propio de {area} alcanza la cuota normal. Le recomendamos una alerta de presupuesto al "
                "80 %.",
            ),
            confirms("5h"),
        ),
    ),
    Story(
        name="clave-restringida",
        about="maps",
        group=_GROUP,
        priority=Priority.MODERATE,
        requests=(
            Request(
                title="RefererNotAllowedMapError después de cambiar de dominio",
                description="El fin de semana pasamos el portal a un dominio nuevo. Desde entonces el mapa no se "
                "muestra a {usuarios} y la consola dice RefererNotAllowedMapError. El portal viejo todavía funciona.",
                prior_analysis="Comprobamos que la clave del código es la misma. Borramos la caché y esperamos una "
                "hora. No tenemos permiso para entrar a la consola de Google Cloud.",
            ),
            Request(
                title="El buscador de direcciones dejó de sugerir",
                description="En {producto} el campo de dirección ya no sugiere nada al escribir. El mapa de fondo sí "
                "aparece. Afecta a {usuarios} de {ciudad}, que deben escribir la dirección completa.",
                prior_analysis="En la pestaña de red vemos REQUEST_DENIED en Places. Probamos con otro usuario y "
                "otro computador. El proveedor web asegura que no tocó nada.",
            ),
        ),
        beats=(
            claims("10m", "l1"),
            asks(
                "18m",
                "l1",
                "Para autorizar el origen necesitamos la lista exacta de dominios desde los que se abre el portal, "
                "con y sin www, y el de pruebas si lo hay. ¿Nos la comparte, por favor?",
            ),
            answers("3h", "Son dos: el portal en producción y el de pruebas. Ambos con https y sin www."),
            replies("3h10m", "l1", "Gracias. Agregamos los dos orígenes a las restricciones de la clave."),
            resolves(
                "3h20m",
                "l1",
                "La clave admite ya los dos dominios y Places API quedó habilitada en sus restricciones. El cambio "
                "puede tardar cinco minutos en propagarse; lo comprobamos desde una red externa.",
            ),
            confirms("1d1h"),
        ),
    ),
    Story(
        name="facturacion-suspendida",
        about="maps",
        group=_GROUP,
        priority=Priority.CRITICAL,
        requests=(
            Request(
                title="Todas las API de mapas caídas: BillingNotEnabled",
                description="Se cayó todo lo que usa mapas: {producto}, seguimiento de pedidos y búsqueda de "
                "direcciones. Google responde BillingNotEnabledMapError. {usuarios} no pueden trabajar; hay {n} "
                "servicios en espera.",
                prior_analysis="La tarjeta está vigente y el banco no reporta rechazos. Nadie de {area} cambió el "
                "proyecto. Verificamos que el error es igual en las tres aplicaciones.",
            ),
        ),
        beats=(
            claims("3m", "l1"),
            tries(
                "8m",
                "l1",
                Outcome.NOT_SOLVED,
                "Revisamos con el cliente la consola: la cuenta de facturación del proyecto figura cerrada desde hoy.",
            ),
            goes_to_the_director(
                "14m", "l1", "La operación está detenida y solo la dirección puede reabrir la cuenta con Google."
            ),
            claims("19m", "l3"),
            involves("24m", "l3", "google", "5790{n}"),
            replies(
                "27m",
                "l3",
                "Tomé el caso personalmente. La cuenta de facturación se cerró por una validación de identidad que "
                "Google pidió a un correo que ya no existe. Estoy en línea con ellos.",
            ),
            provider_says("44m", "l3", "Google reabrió la cuenta de facturación; queda pendiente validar el contacto."),
            resolves(
                "55m",
                "l3",
                "La cuenta está activa y las tres aplicaciones responden. Cambiamos el contacto de pagos a un buzón "
                "compartido para que no vuelva a depender de una sola persona.",
            ),
            confirms("3h"),
        ),
    ),
    Story(
        name="direcciones-con-bis",
        about="maps",
        group=_GROUP,
        priority=Priority.MODERATE,
        requests=(
            Request(
                title="Direcciones con «Bis» y «Sur» quedan en otro barrio",
                description="Direcciones como «Carrera 7 Bis # 45-12 Sur» quedan a más de tres kilómetros de donde "
                "son. Esta semana {usuarios} reportaron {n} direcciones mal ubicadas en {ciudad}.",
                prior_analysis="Comparamos con el mapa de la alcaldía: la dirección existe. Probamos a escribir "
                "«Cra» y «Carrera», con y sin numeral; el resultado cambia pero sigue mal.",
            ),
            Request(
                title="Geocodificación ubica veredas en la cabecera municipal",
                description="Al cargar puntos rurales, {producto} los deja todos en el parque principal. Sin eso no "
                "sabemos a qué vereda ir. Van {n} registros así este mes.",
                prior_analysis="Revisamos que los nombres de las veredas están bien escritos. Con coordenadas el "
                "punto queda bien; solo falla cuando se busca por nombre.",
            ),
        ),
        beats=(
            claims("22m", "l1"),
            replies("36m", "l1", "Recibido. Estamos reproduciendo sus ejemplos con la API de geocodificación."),
            hands_up("48m", "l1", "Los ejemplos se reproducen; hay que revisar la normalización de direcciones."),
            claims("58m", "l2"),
            asks(
                "1h06m",
                "l2",
                "¿Nos comparte unas veinte direcciones reales que quedaron mal, con el punto correcto de cada una? "
                "Con ellas ajustamos la normalización y medimos el resultado.",
            ),
            answers("1d", "Adjunté en el portal veinticuatro direcciones con la coordenada tomada en sitio."),
            replies("1d12m", "l2", "Con su muestra encontramos dos reglas de abreviatura que sobran."),
            resolves(
                "1d26m",
                "l2",
                "Se corrigió la normalización previa a la consulta: de sus veinticuatro direcciones, veintitrés "
                "quedan a menos de 30 metros. La restante no existe en la cartografía de Google y quedó reportada.",
            ),
            confirms("2d2h"),
        ),
    ),
    Story(
        name="tiempos-irreales",
        about="maps",
        group=_GROUP,
        priority=Priority.MODERATE,
        requests=(
            Request(
                title="Los tiempos de llegada no consideran el tráfico",
                description="El tiempo estimado que ve el cliente final es casi siempre menor que el real, sobre "
                "todo entre 5 y 7 p. m. {usuarios} reciben quejas a diario: ayer fueron {n}.",
                prior_analysis="Comparamos con Google Maps en el celular a la misma hora: allí el tiempo es "
                "correcto. Revisamos el código y se usa la API de matriz de distancias.",
            ),
        ),
        beats=(
            claims("11m", "l1"),
            replies("24m", "l1", "Vamos a revisar con qué parámetros se pide el tráfico en sus consultas."),
            hands_up("42m", "l1", "Las consultas van sin hora de salida; requiere revisión de la integración."),
            claims("50m", "l2"),
            notes("1h", "l2", "Usan la matriz de distancias antigua. Conviene proponerles Routes con tráfico óptimo."),
            replies(
                "1h15m",
                "l2",
                "Sus consultas no envían la hora de salida, por eso la respuesta es un promedio sin tráfico. Le "
                "indicamos en el documento adjunto el parámetro que falta.",
            ),
            resolves(
                "1h30m",
                "l2",
                "Con la hora de salida y el modelo de tráfico «mejor estimación» los tiempos coinciden con los del "
                "celular en la muestra de 40 trayectos que corrimos juntos.",
            ),
            reopens("1d", "En los trayectos de más de una hora sigue dando menos de lo real."),
            replies("1d8m", "l2", "Para trayectos largos hay que pedir la ruta por tramos; le mostramos cómo."),
            resolves(
                "1d22m",
                "l2",
                "Los trayectos de más de una hora se piden ahora por tramos. La diferencia media bajó de 19 a 4 "
                "minutos.",
            ),
            confirms("2d"),
        ),
    ),
    Story(
        name="sesiones-de-autocompletar",
        about="maps",
        group=_GROUP,
        priority=Priority.LOW,
        category=Category.BEST_PRACTICE,
        requests=(
            Request(
                title="¿Cómo reducir el costo del autocompletar de direcciones?",
                description="La factura de Places subió {n} % en dos meses y el número de pedidos es el mismo. "
                "Queremos saber cuál es la práctica recomendada para el campo de dirección.",
                prior_analysis="Vimos en el informe de uso que casi todo es autocompletar por solicitud. Leímos "
                "sobre los identificadores de sesión, pero no nos queda claro cuándo empieza y cuándo termina una.",
            ),
        ),
        beats=(
            claims("28m", "l1"),
            replies("42m", "l1", "Es una consulta de buena práctica; la preparamos con nuestro especialista de mapas."),
            hands_up("1h30m", "l1", "Consulta de buenas prácticas de Places para el especialista."),
            claims("1h50m", "l2"),
            resolves(
                "2h40m",
                "l2",
                "Genere un identificador de sesión cuando el usuario empieza a escribir y úselo hasta que elige un "
                "resultado y se piden sus detalles: toda la sesión se cobra una vez. Pida solo los campos que "
                "muestra y espere 300 milisegundos entre teclas. Con su patrón de uso el costo baja cerca de la "
                "mitad.",
            ),
            confirms("1d2h"),
        ),
    ),
    Story(
        name="arquitectura-de-cache",
        about="maps",
        group=_GROUP,
        priority=Priority.LOW,
        category=Category.ARCHITECTURE,
        requests=(
            Request(
                title="Arquitectura para guardar resultados de geocodificación",
                description="Vamos a pasar de {n} a diez veces más direcciones al mes y queremos diseñar una caché. "
                "Necesitamos saber qué permiten guardar los términos de Google y por cuánto tiempo.",
                prior_analysis="Hicimos un diagrama con una base intermedia y leímos los términos del servicio; "
                "nuestra duda es qué se puede guardar: coordenadas, identificador del lugar o ambos.",
            ),
        ),
        beats=(
            claims("15m", "l1"),
            replies("22m", "l1", "Recibido su diagrama. Lo asignamos a un ingeniero especialista."),
            hands_up("1h", "l1", "Revisión de arquitectura para el grupo de Google Maps Platform."),
            claims("1h20m", "l2"),
            asks(
                "1h45m",
                "l2",
                "Su diagrama es claro. ¿Qué proporción de las direcciones se repite en un mes? De eso depende si "
                "conviene la caché o basta con guardar el identificador del lugar.",
            ),
            answers("1d", "Medimos tres meses: se repite el 62 % de las direcciones."),
            resolves(
                "1d40m",
                "l2",
                "Guarde el identificador del lugar sin límite de tiempo y las coordenadas hasta 30 días, con "
                "renovación al usarlas. Le entregamos el diagrama ajustado y una estimación del costo mensual.",
            ),
        ),
    ),
)
