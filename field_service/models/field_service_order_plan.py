from odoo import api, fields, models


class FieldServiceOrderPlan(models.AbstractModel):
    """What an order asks of the plan, and what its visits tell the calendar of it."""

    _name = "field.service.order.plan"
    _description = "Plan of Work Orders"

    resource_ids = fields.Many2many(
        comodel_name="resource.resource",
        string="Tools and Vehicles",
        compute="_compute_resource_ids",
        store=True,
        readonly=False,
        check_company=True,
        domain="[('resource_type', '=', 'material')]",
        help="Taken over by the visits planned from now on, and booked with them.",
    )

    tool_category_ids = fields.Many2many(
        comodel_name="field.service.tool.category",
        string="Any Tool of",
        compute="_compute_tool_category_ids",
        store=True,
        readonly=False,
        check_company=True,
        help="Each visit takes one that is free and valid.",
    )

    @api.depends("job_type_id")
    def _compute_tool_category_ids(self):
        for order in self:
            changed = order.job_type_id != order._origin.job_type_id
            if changed or not order.tool_category_ids:
                order.tool_category_ids = order.job_type_id.tool_category_ids

    @api.depends("job_type_id")
    def _compute_resource_ids(self):
        for order in self:
            if not order.resource_ids or order.job_type_id != order._origin.job_type_id:
                order.resource_ids = order._get_default_resources()

    def _get_default_resources(self):
        """Return those tools of the job type that this company may use."""
        return self.job_type_id.resource_ids.filtered(
            lambda resource: not resource.company_id
            or resource.company_id == self.company_id
        )

    def write(self, vals):
        result = super().write(vals)
        if {"site_id", "partner_id", "description"} & vals.keys():
            self.visit_ids._outdate_calendar()
        return result

    def unlink(self):
        # The database takes the visits with the order, without asking them.
        self.visit_ids._withdraw_events()
        return super().unlink()
