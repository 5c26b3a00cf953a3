from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_datetime

from .field_service_visit_gate import OPEN_STATES


class FieldServiceBoardMove(models.AbstractModel):
    """What a dispatcher does on the calendar and the board, and takes back again.

    Everything is an ordinary change of a visit, with its rules, its rights and the
    database's word on double bookings; nothing is possible here that is not in a form.
    """

    _name = "field.service.board.move"
    _description = "Moves on the Dispatch Board"

    @api.model
    def plan_order(self, order_id, technician_id, start, stop=False):
        """Plan a visit of an order.

        :return: the visit, warnings, and the step ``undo`` takes back
        """
        self._check_can_plan()
        order = self._find("field.service.order", order_id)
        self._check_can_be_planned(order)
        self._check_technician(technician_id)
        values = {"technician_id": technician_id, "start": start}
        if stop:
            values["stop"] = stop
        visit = order.visit_ids.filtered(
            lambda one: one.state == "planned" and not one.start
        )[:1]
        before = self._get_plan(visit) if visit else False
        if visit:
            visit.write(values)
        else:
            visit = visit.create({**values, "order_id": order.id})
        return self._prepare_answer(visit, before)

    @api.model
    def move_visit(self, visit_id, values, person_id=False):
        """Give a visit another time or another technician.

        :param dict values: any of start, stop and technician_id
        :param int person_id: whose row it was taken from; may be one of the crew
        :return: the visit, warnings, and the step ``undo`` takes back
        """
        self._check_can_plan()
        visit = self._find("field.service.visit", visit_id)
        self._check_can_be_moved(visit)
        values = self._read_dict(values)
        self._check_technician(values.get("technician_id"))
        before = self._get_plan(visit)
        values = {name: values[name] for name in self._get_moves() & values.keys()}
        if person_id and person_id in visit.crew_ids.ids:
            values = self._replace_in_crew(visit, person_id, values)
        if visit.state in ("declined", "missed"):
            # Whoever plans it anew means it to take place.
            values["state"] = "planned"
            before = False
        visit.write(values)
        return self._prepare_answer(visit, before, undo=bool(before))

    @api.model
    def undo(self, step):
        """Take a move back, unless somebody has changed the visit since.

        :param dict step: what ``plan_order`` or ``move_visit`` answered
        """
        self._check_can_plan()
        step = self._read_dict(step)
        visit = self._find("field.service.visit", step.get("visit_id"))
        if not visit or self._get_plan(visit) != step.get("after"):
            raise UserError(
                self.env._(
                    "Somebody has changed the visit since: it cannot be undone here."
                )
            )
        if step.get("before"):
            before = {**self._get_plan(visit), **self._read_dict(step["before"])}
            self._check_technician(before["technician_id"])
            visit.write(self._get_plan_values(before))
            return True
        if visit.state != "planned":
            raise UserError(
                self.env._(
                    "The visit has been sent to the technician already: cancel it "
                    "instead."
                )
            )
        return visit.unlink()

    # ------------------------------------------------------- what a call has given
    @api.model
    def _find(self, model, record_id):
        """Return a record by an id that came from outside, if there is one."""
        records = self.env[model]
        return records.browse(record_id if type(record_id) is int else ()).exists()

    @api.model
    def _read_dict(self, values):
        if not isinstance(values, dict):
            raise UserError(self.env._("This move was not understood: load anew."))
        return values

    @api.model
    def _check_technician(self, technician_id):
        # Whether there is such a person; whether he may go is asked by the visit.
        if technician_id and not self.sudo()._find("hr.employee", technician_id):
            raise UserError(self.env._("The technician does not exist any more."))

    # -------------------------------------------------------------------- checks
    @api.model
    def _check_can_be_planned(self, order):
        if not order:
            raise UserError(self.env._("The work order does not exist any more."))
        visit = order.visit_ids.filtered(
            lambda one: one.start and one.state in OPEN_STATES
        )[:1]
        if visit:
            raise UserError(
                self.env._(
                    "Work order %(order)s has been planned already: %(people)s, "
                    "%(start)s.",
                    order=order.name,
                    # Whoever plans is told who goes.
                    people=visit.sudo().technician_id.name
                    or self.env._("without technician"),
                    start=format_datetime(self.env, visit.start, dt_format="short"),
                )
            )
        if order.state not in ("released", "scheduled", "in_progress"):
            raise UserError(
                self.env._(
                    "Work order %(order)s is “%(state)s”: release it first.",
                    order=order.name,
                    state=order._get_state_label(order.state),
                )
            )

    @api.model
    def _check_can_be_moved(self, visit):
        if not visit:
            raise UserError(self.env._("The visit does not exist any more."))
        if visit._is_busy() or visit.state == "completed":
            raise UserError(
                self.env._(
                    "Visit %(visit)s is “%(state)s”: what has begun is not moved.",
                    visit=visit.name,
                    state=visit._get_state_label(visit.state),
                )
            )

    # -------------------------------------------------------------------- values
    @api.model
    def _get_moves(self):
        """Return the names of the fields a move changes."""
        return {"start", "stop", "technician_id"}

    @api.model
    def _replace_in_crew(self, visit, person_id, values):
        """Give somebody else the place of one of the crew; the lead stays."""
        values = dict(values)
        if "technician_id" not in values:
            return values
        replacement = values.pop("technician_id")
        commands = [Command.unlink(person_id)]
        if replacement and replacement != visit.technician_id.id:
            commands.append(Command.link(replacement))
        return {**values, "crew_ids": commands}

    @api.model
    def _get_plan(self, visit):
        """Return who goes when, in a form that can be sent and compared."""
        visit = visit.with_context(active_test=False)
        return {
            "start": fields.Datetime.to_string(visit.start),
            "stop": fields.Datetime.to_string(visit.stop),
            "technician_id": visit.technician_id.id,
            "crew_ids": sorted(visit.crew_ids.ids),
        }

    @api.model
    def _get_plan_values(self, plan):
        return {
            "start": plan["start"],
            "stop": plan["stop"],
            "technician_id": plan["technician_id"],
            "crew_ids": [Command.set(plan["crew_ids"])],
        }

    @api.model
    def _prepare_answer(self, visit, before, undo=True):
        step = {
            "visit_id": visit.id,
            "before": before,
            "after": self._get_plan(visit),
        }
        return {
            "visit_id": visit.id,
            "warnings": self._get_warnings(visit),
            "undo": step if undo else False,
        }

    @api.model
    def _get_warnings(self, visit):
        """Return what a dispatcher should know of a plan that is allowed: sentences."""
        return visit._get_plan_warnings()
