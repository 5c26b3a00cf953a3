from odoo import api, fields, models


class FieldServiceOrderDispatch(models.AbstractModel):
    """What changes on an order after its technicians have been told."""

    _name = "field.service.order.dispatch"
    _description = "Dispatch of Work Orders"

    notice_ids = fields.One2many(
        comodel_name="field.service.notice",
        inverse_name="order_id",
        string="Notices",
        groups="field_service.group_dispatcher",
    )

    @api.model
    def _get_dispatch_fields(self):
        """Return the fields of an order that may change what a technician was told."""
        return ["site_id", "job_type_id", "description", "asset_ids"]

    def write(self, vals):
        if not vals.keys() & set(self._get_dispatch_fields()):
            return super().write(vals)
        visits = self.visit_ids
        told = visits._get_told()
        result = super().write(vals)
        visits._follow_changes(told)
        return result

    def _action_released(self):
        result = super()._action_released()
        # Planned while the order was still being written: booked from now on.
        waiting = self.visit_ids.filtered(
            lambda visit: visit.start and visit.state == "planned"
        )
        waiting._announce("booked")
        return result
