from odoo import api, fields, models


class FieldServiceReason(models.Model):
    _inherit = "field.service.reason"

    return_cause = fields.Selection(
        selection=[
            ("part", "Part"),
            ("skill", "Skill"),
            ("diagnosis", "Diagnosis"),
            ("access", "Access"),
            ("time", "Time"),
        ],
        compute="_compute_return_cause",
        store=True,
        readonly=False,
        precompute=True,
        help="What return visits for this reason are counted as, so that only who is "
        "responsible for it is asked.",
    )

    @api.depends("kind", "missing_part")
    def _compute_return_cause(self):
        for reason in self:
            if reason.kind != "return":
                reason.return_cause = False
            elif reason.missing_part and not reason.return_cause:
                reason.return_cause = "part"

    @api.model
    def _set_return_causes(self, causes):
        """Say what the suite's own reasons count as, ``{xml id: cause}``.

        What somebody has chosen stays, and a reason may have been deleted.
        """
        for name, cause in causes.items():
            reason = self.env.ref(f"field_service.{name}", raise_if_not_found=False)
            if reason and not reason.return_cause:
                reason.return_cause = cause
