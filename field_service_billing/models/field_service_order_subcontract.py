from odoo import api, fields, models
from odoo.fields import Domain


class FieldServiceOrderSubcontract(models.AbstractModel):
    """What subcontractors have done on an order."""

    _name = "field.service.order.subcontract"
    _description = "Subcontracted Work of Work Orders"

    subcontract_ids = fields.One2many(
        comodel_name="field.service.subcontract",
        inverse_name="order_id",
        string="Subcontracted Work",
        readonly=True,
        groups="field_service.group_cost",
    )
    subcontract_count = fields.Integer(
        compute="_compute_subcontract_count", groups="field_service.group_cost"
    )

    @api.depends("subcontract_ids")
    def _compute_subcontract_count(self):
        for order in self:
            order.subcontract_count = len(order.subcontract_ids)

    @api.model
    def _get_process_steps(self):
        steps = super()._get_process_steps()
        # Before the postings: whose work is billed is not posted as labour.
        position = steps.index("_process_postings")
        return [*steps[:position], "_process_subcontracts", *steps[position:]]

    def _get_external_domain(self):
        """His hours are charged as hours: the bill for them is not charged as well."""
        matched = Domain("move_line_id.service_subcontract_id", "!=", False)
        return super()._get_external_domain() & ~matched

    def _process_subcontracts(self):
        """Bring what subcontractors are owed to what they have done. Idempotent."""
        self.env["field.service.subcontract"]._sync_visits(self.visit_ids)

    def action_view_subcontracts(self):
        """Open what subcontractors have done on the order."""
        return self.subcontract_ids._get_records_action(
            name=self.env._("Subcontracted Work")
        )
