// Nothing to call: see floor.c.
