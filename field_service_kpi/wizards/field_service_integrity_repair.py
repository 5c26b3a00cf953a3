from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class FieldServiceIntegrityRepair(models.TransientModel):
    """Shows what puts findings right, and does it when it is accepted."""

    _name = "field.service.integrity.repair"
    _description = "Repair Findings"

    reason = fields.Char(help="For the log. Needed for what you have looked at.")
    line_ids = fields.One2many("field.service.integrity.repair.line", "wizard_id")
    needs_reason = fields.Boolean(compute="_compute_needs_reason")

    @api.depends("line_ids.how")
    def _compute_needs_reason(self):
        for wizard in self:
            wizard.needs_reason = "acknowledge" in wizard.line_ids.mapped("how")

    @api.model
    def _open(self, repairs):
        """Return the action that shows ``{finding: Repair}``."""
        locked = self.env["account.move.line"].union(
            *(
                finding.move_line_id
                for finding, repair in repairs.items()
                if repair.how in ("distribution", "resync")
            )
        )
        locked = locked._filter_attribution_locked()
        labels = self.env["field.service.integrity"]._fields["kind"]
        labels = dict(labels._description_selection(self.env))
        wizard = self.create(
            {
                "line_ids": [
                    Command.create(
                        {
                            "finding_key": str(finding.id),
                            "finding": labels[finding.kind],
                            "how": repair.how,
                            "move_line_id": finding.move_line_id.id,
                            "text": repair.text,
                            "problem": self._get_locked_message()
                            if finding.move_line_id in locked
                            else False,
                        }
                    )
                    for finding, repair in repairs.items()
                ]
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Repair Findings"),
            "res_model": self._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def _get_locked_message(self):
        return self.env._(
            "The period is locked or signed: post a correcting entry on an open date."
        )

    def action_apply(self):
        """Do what is shown; what a person has to decide stays in the list."""
        self.ensure_one()
        lines = self.line_ids.filtered(
            lambda line: line.how != "person" and not line.problem
        )
        if not lines:
            raise UserError(self.env._("None of these findings can be repaired here."))
        service = self.env["field.service.attribution.repair"]
        for line in lines:
            finding = self.env["field.service.integrity"].search(
                [("id", "=", int(line.finding_key))]
            )
            # The repair of one finding may have been that of another one, too.
            if finding:
                service._apply(finding, finding._get_repair(), self.reason)
                self.env.flush_all()
                self.env["field.service.integrity"].invalidate_model()
        return {"type": "ir.actions.act_window_close"}
