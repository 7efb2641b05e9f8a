"""The page of one client: what their BD manager opens before a call."""

from report.asked import Asked
from report.document import Block, Cell, Document, Fact, Facts
from report.freshness import freshness
from report.pages.alert_history import alert_table
from report.pages.client_tables import (
    cadence_table,
    deal_table,
    delivered_table,
    feedback_table,
    lately_table,
    people_table,
)
from report.pages.health import health_cell
from report.pages.kind import PageKind
from report.pages.portfolio import project_table
from report.pages.risk_table import risk_table
from report.pages.tables import only_told
from report.reading.client import ClientHead, ClientPage, read_client
from report.reading.client_terms import Terms


def show(values: ClientPage, asked: Asked) -> Document:
    """Who it is and how it does; what happened and what waits; what was agreed; whom we know; what is on record."""
    blocks: list[Block] = [
        _head(values.head, asked),
        project_table(values.projects, asked, with_client=False),
        lately_table(values.lately, asked),
        delivered_table(values.delivered, asked),
        feedback_table(values.feedback, values.head.key, asked),
        cadence_table(values.terms, asked),
        _contract(values.terms, asked),
        people_table(values.people, asked),
        deal_table(values.deals, asked),
        only_told(risk_table(values.risks, asked, "project"), "due"),
        alert_table(values.alerts, asked),
    ]
    return Document("client", asked.client_name(values.head.key), blocks=blocks)


def _head(head: ClientHead, asked: Asked) -> Facts:
    t = asked.t
    bd = asked.person_name(head.bd) or t("nobody")
    sources = [row for row in asked.sources if row.name in head.sources]
    source = asked.speech.joined([row.label for row in sources])
    facts = [
        Fact("health", t("health"), health_cell(asked, head.health)),
        Fact("bd", t("bd_manager"), Cell(bd, bd)),
        Fact("source", t("source"), Cell(source, source, notes=[freshness(asked.speech, sources)])),
    ]
    return Facts("head", t("client.head"), facts)


def _contract(terms: Terms, asked: Asked) -> Facts:
    """What the config does not say is said to be missing: nobody else warns of a contract that ends."""
    t, day = asked.t, asked.speech.day
    ends = terms.contract_end_on
    past = t("client.contract_ended") if ends and ends < asked.moment.today else ""
    notice_past = terms.notice_by and terms.notice_by < asked.moment.today and not past
    facts = [
        Fact("tier", t("client.tier"), Cell(terms.tier, terms.tier or "")),
        Fact("start", t("client.contract_start"), Cell(terms.contract_start_on, day(terms.contract_start_on))),
        Fact("end", t("client.contract_end"), Cell(ends, day(ends) or t("client.unsaid"), warn=past)),
        Fact(
            "notice",
            t("client.notice_by"),
            Cell(terms.notice_by, day(terms.notice_by), warn=t("client.notice_past") if notice_past else ""),
        ),
        Fact("warranty", t("client.warranty_end"), Cell(terms.warranty_end_on, day(terms.warranty_end_on))),
    ]
    return Facts("contract", t("client.contract"), [fact for fact in facts if fact.cell.text])


CLIENT = PageKind("client", "/clients/{of}", read_client, show, frozenset({"page"}))
