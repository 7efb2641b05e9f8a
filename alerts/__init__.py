"""The life of an alert: who is told what, when, by which channel, until it is over.

A round (`alerts.round`) turns the rules' findings into changes of state (`life`), asks of each alert and reader whether
and why to tell (`decide`), where (`routing`), in which words (`messages`), and leaves rows in the outbox; `outbox`
sends them by the `channels`.
"""
