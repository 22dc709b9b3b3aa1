"""Commands on a case: what is offered, by noun, and giving one."""
