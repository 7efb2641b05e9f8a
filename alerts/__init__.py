"""The life of an alert: who is told what, when, by which channel, until it is over.

A round (`alerts.round`) turns the rules' findings into changes of state (`life`; why they are over: `endings`), asks of
each alert and reader (`planning`) whether and why to tell (`decide`), where (`routing`) and in which words (`writer`
the message, `wording` one alert's lines), and leaves rows in the outbox (`deliveries`, `comments`); `outbox` sends them
by the `channels`.
"""
