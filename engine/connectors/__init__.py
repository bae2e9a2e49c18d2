"""What Kefuflow asks of systems outside: a shop's orders, a payment service, mail and text messages.

One module a capability holds its Protocol and its records; an implementation over a wire lies by the wire's name.
Implementations over our own tables are services, because they need the database. A connector keeps no state but
connections and a circuit breaker; every command takes an idempotency key, because it may be sent more than once.
Errors: `Unavailable` when trying again later may work, `InvalidInput` when it will not.
"""
