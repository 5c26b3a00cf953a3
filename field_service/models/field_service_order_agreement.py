from odoo import api, fields, models


class FieldServiceOrderAgreement(models.AbstractModel):
    """What a work order has to do with an agreement."""

    _name = "field.service.order.agreement"
    _description = "Agreement of Work Orders"

    agreement_id = fields.Many2one(
        comodel_name="field.service.agreement",
        compute="_compute_agreement_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        help="The agreement this work is done for.",
    )
    agreement_occurrence_id = fields.Many2one(
        comodel_name="field.service.agreement.occurrence",
        string="Occurrence",
        index="btree_not_null",
        copy=False,
        readonly=True,
        check_company=True,
        ondelete="restrict",
        help="What this order was made for. It is done when the order is.",
    )
    preferred_technician_id = fields.Many2one(
        comodel_name="hr.employee",
        index="btree_not_null",
        check_company=True,
        help="Who should go if he can.",
    )

    _agreement_occurrence_uniq = models.UniqueIndex(
        "(agreement_occurrence_id) WHERE agreement_occurrence_id IS NOT NULL"
        " AND state NOT IN ('cancelled', 'cannot_complete')",
        "Another work order is there for this occurrence of the agreement.",
    )

    @api.depends("agreement_occurrence_id")
    def _compute_agreement_id(self):
        for order in self:
            if not order.agreement_id:
                order.agreement_id = order.agreement_occurrence_id.agreement_id

    def action_view_agreement(self):
        """Open the agreement of the order."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "field.service.agreement",
            "res_id": self.agreement_id.id,
            "views": [(False, "form")],
        }
