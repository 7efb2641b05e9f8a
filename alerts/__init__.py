"""The life of an alert: who is told what, when, by which channel, until it is over.

A round (`alerts.round`) turns the rules' findings into changes of state (`life`; why they are over: `endings`), asks of
each alert and reader (`planning`) whether and why to tell (`decide`), where (`routing`) and in which words, and leaves
rows in the outbox (`deliveries`, `comments`); `outbox` sends them by the `channels`.

The words: `writer` makes whole messages; `wording` says of one alert what every rule says, `overdue_words`,
`feedback_words` and `ending_words` the rest; the texts themselves stand in `texts/`.
"""
