"""The demonstration's stories of what happens to its customers; told.py is their grammar."""

from demo.stories.desk import STORIES as OF_THE_DESK
from demo.stories.gis import STORIES as OF_GIS
from demo.stories.maps import STORIES as OF_MAPS
from demo.stories.on_site import STORIES as ON_SITE
from demo.stories.told import Story
from demo.stories.tracking import STORIES as OF_TRACKING

STORIES: dict[str, Story] = {story.name: story for story in (*OF_MAPS, *OF_GIS, *OF_TRACKING, *OF_THE_DESK, *ON_SITE)}
"""Every story by its name."""
