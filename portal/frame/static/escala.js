// What pages do by themselves. Every page works without it.
"use strict";
