"""From the plan to what a stand-in Asana holds: its projects, with every task's life up to now."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from sandbox.asana_state import FEEDBACK_TAG, HUB, OFFICE, SECTIONS, WORKSPACE, AsanaState, Json, gid, stamp
from sandbox.plan import ContactPlan, ItemPlan, Plan, ProjectPlan, Staff


def from_plan(plan: Plan) -> AsanaState:
    """The plan's Asana projects, with every task's history up to now."""
    state = AsanaState()
    state.workspaces[WORKSPACE] = {"gid": WORKSPACE, "resource_type": "workspace", "name": plan.name}
    state.workspaces[WORKSPACE]["is_organization"] = True
    state.add_user(HUB, "Milepost", f"hub@{plan.staff[0].email.partition('@')[2]}")
    everyone: list[Staff | ContactPlan] = [*plan.staff, *plan.contacts]
    users: dict[str, Json] = {}
    for person in everyone:
        if "asana" in person.vendors:
            is_hidden = isinstance(person, Staff) and "asana" in person.email_hidden_in
            email = None if is_hidden else person.email
            guest = isinstance(person, ContactPlan)
            users[person.id] = state.add_user(gid(1201, person.number), person.name, email, guest=guest)
    for project in plan.of_vendor("asana"):
        _add_project(state, project, users)
    state.events.clear()
    return state


def project_gid(project: ProjectPlan) -> str:
    """The gid of the project that is that one of the plan."""
    return gid(1208, project.number)


def _add_project(state: AsanaState, plan: ProjectPlan, users: dict[str, Json]) -> None:
    delivery = next((one for one in plan.milestones if one.kind == "project"), None)
    ended = datetime.combine(delivery.released_on, time(18), OFFICE) if delivery and delivery.released_on else None
    last = max((item.done_at for item in plan.items if item.done_at), default=plan.created_at)
    members = [HUB, *(users[id]["gid"] for id in plan.members or (plan.owner,) if id in users)]
    health = {"status_type": "complete" if plan.closed else "on_track", "title": "Delivered" if plan.closed else "Fine"}
    made = state.add_project(
        project_gid(plan),
        plan.name,
        members,
        plan.created_at,
        notes=plan.description,
        owner=users.get(plan.owner),
        due_on=delivery.due.isoformat() if delivery and delivery.due else None,
        completed=plan.closed,
        completed_at=stamp(ended or last) if plan.closed else None,
        current_status_update={
            "gid": gid(1216, plan.number),
            "resource_type": "status_update",
            "resource_subtype": "project_status_update",
            "created_at": stamp(last),
            **health,
        },
    )
    for item in plan.items:
        _add_item(state, made["gid"], item, users, users[plan.owner])


def _add_item(state: AsanaState, project: str, item: ItemPlan, users: dict[str, Json], owner: Json) -> None:
    """The task and its life, in the order in which it was lived."""
    author = users.get(item.reporter or "", owner)
    task = state.add_task(gid(1211, item.number), project, item, author)
    task["tags"] = [state.tag_named(name) for name in (*item.labels, *([FEEDBACK_TAG] * item.feedback))]
    if item.estimate_hours is not None:
        task["custom_fields"] = [_estimate(item.estimate_hours)]
    if item.spent_hours is not None:
        task["actual_time_minutes"] = round(item.spent_hours * 60)
    if item.assignee in users:
        state.assign(task, users[item.assignee], author, item.created_at)
    worker = users.get(item.assignee or "", owner)
    for _, step in sorted(_life(state, project, task, item, users, worker), key=lambda step: step[0]):
        step()
    task.update(item.odd)
    if item.updated_at:
        state.stir(task, item.updated_at)


def _estimate(hours: float) -> Json:
    """Asana's own field of an estimate: minutes, shown as hours."""
    return {
        "gid": gid(1206, 1),
        "resource_type": "custom_field",
        "resource_subtype": "number",
        "type": "number",
        "name": "Estimated time",
        "format": "duration",
        "precision": 0,
        "number_value": round(hours * 60),
        "display_value": f"{hours:g}h",
    }


def _life(
    state: AsanaState, project: str, task: Json, item: ItemPlan, users: dict[str, Json], worker: Json
) -> Iterator[tuple[datetime, Any]]:
    """What happened to a task: (when, what to call)."""

    def later(call: Any, *args: Any) -> Any:
        return lambda: call(*args)

    def to_section(name: str, by: Json, at: datetime) -> Any:
        return lambda: state.move(task, state.section_named(project, name), by, at)

    for move in item.moves:
        yield move.at, later(state.set_due, task, move.new, users.get(move.by, worker), move.at)
    for change in item.status_changes:
        yield change.at, to_section(SECTIONS[change.new], users.get(change.by, worker), change.at)
    for message in item.messages:
        yield message.at, later(state.say, task, users.get(message.author, worker), message.at, message.text)
    last = max([item.created_at, *(change.at for change in item.status_changes)])
    ended = item.done_at or last + timedelta(seconds=1)
    yield ended, to_section(item.status_name or SECTIONS[item.status], worker, ended)
    if item.status in ("done", "cancelled"):
        yield ended, later(state.set_completed, task, True, worker, ended)
