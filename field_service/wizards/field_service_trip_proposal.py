from odoo import api, fields, models
from odoo.exceptions import UserError


class FieldServiceTripProposal(models.TransientModel):
    """A better sequence for a day, before and after, to be applied or not."""

    _name = "field.service.trip.proposal"
    _description = "Proposal for a Trip"

    trip_id = fields.Many2one(
        comodel_name="field.service.trip", required=True, ondelete="cascade"
    )
    move_sent = fields.Boolean(
        string="Move What Technicians Know",
        help="Also move visits that were dispatched or acknowledged. What is locked, "
        "has begun or is done by several is never moved.",
    )
    line_ids = fields.One2many(
        comodel_name="field.service.trip.proposal.line", inverse_name="proposal_id"
    )
    is_better = fields.Boolean(readonly=True)
    is_broken = fields.Boolean(readonly=True)
    km_before = fields.Float(string="km Before", digits=(8, 1), readonly=True)
    km_after = fields.Float(string="km After", digits=(8, 1), readonly=True)
    minutes_before = fields.Integer(string="Travel Before (min)", readonly=True)
    minutes_after = fields.Integer(string="Travel After (min)", readonly=True)
    overtime_before = fields.Integer(string="Overtime Before (min)", readonly=True)
    overtime_after = fields.Integer(string="Overtime After (min)", readonly=True)
    km_gain = fields.Float(
        string="km Saved", digits=(8, 1), compute="_compute_gain", readonly=True
    )
    minutes_gain = fields.Integer(
        string="Minutes Saved", compute="_compute_gain", readonly=True
    )
    note = fields.Text(readonly=True)

    @api.depends("km_before", "km_after", "minutes_before", "minutes_after")
    def _compute_gain(self):
        for proposal in self:
            proposal.km_gain = proposal.km_before - proposal.km_after
            proposal.minutes_gain = proposal.minutes_before - proposal.minutes_after

    @api.model_create_multi
    def create(self, vals_list):
        proposals = super().create(vals_list)
        for proposal in proposals:
            proposal._fill()
        return proposals

    def _fill(self):
        """Work the proposal out and write it down."""
        self.ensure_one()
        day, present, better = self.trip_id._propose(self.move_sent)
        before, after = day.get_legs(present.order), day.get_legs(better.order)
        self.line_ids.unlink()
        self.env["field.service.trip.proposal.line"].create(
            self._prepare_lines(day, (present, before), (better, after))
        )
        self.write(
            {
                "is_better": better != present,
                "is_broken": not present.feasible,
                "km_before": sum(km for *__, km in before),
                "km_after": sum(km for *__, km in after),
                "minutes_before": present.travel,
                "minutes_after": better.travel,
                "overtime_before": present.overtime,
                "overtime_after": better.overtime,
                "note": "\n".join(day.notes) or False,
            }
        )

    def _prepare_lines(self, day, old, new):
        """Return a line for each visit, in the new sequence."""
        (present, before), (better, after) = old, new
        was = {index: place for place, index in enumerate(present.order)}
        lines = []
        for place, index in enumerate(better.order):
            visit = day.visits[index]
            lines.append(
                {
                    "proposal_id": self.id,
                    "sequence": place + 1,
                    "sequence_before": was[index] + 1,
                    "visit_id": visit.id,
                    "start_before": visit.start,
                    "start_after": visit.start
                    if better.starts[place] == day.problem.stops[index].start
                    else day.to_datetime(better.starts[place]),
                    "minutes_before": before[was[index]][1],
                    "minutes_after": after[place][1],
                    "km_before": before[was[index]][2],
                    "km_after": after[place][2],
                    "reason": self.trip_id._get_lock_reason(visit, self.move_sent),
                }
            )
        return lines

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("A Better Sequence"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def action_rebuild(self):
        """Propose again, with what may be moved now."""
        self.ensure_one()
        self.move_sent = not self.move_sent
        self._fill()
        return self._open()

    def action_apply(self):
        """Move the visits as proposed: all of them, or none.

        :raises UserError: when the day has changed since the proposal
        """
        self.ensure_one()
        self.trip_id.check_access("write")
        changed = self.line_ids.filtered(
            lambda line: line.visit_id.start != line.start_before
            or self.trip_id._get_lock_reason(line.visit_id, self.move_sent)
            != line.reason
        )
        if changed or self.line_ids.visit_id != self.trip_id._get_visits():
            raise UserError(
                self.env._("The day has changed since this proposal: propose again.")
            )
        self.trip_id._apply_starts(
            {line.visit_id: line.start_after for line in self.line_ids}
        )
        return {"type": "ir.actions.act_window_close"}
