from odoo import api, models
from odoo.exceptions import UserError


class FieldServiceMyDayPage(models.AbstractModel):
    _inherit = "field.service.my.day.page"

    @api.model
    def _get_page_values(self, visit):
        parts = visit.order_id.part_ids.filtered(
            lambda part: not part.visit_id or part.visit_id == visit
        )
        return {
            **super()._get_page_values(visit),
            "parts": [self._get_part_values(part) for part in parts],
        }

    @api.model
    def _get_part_values(self, part):
        """Return what the phone shows of a part."""
        labels = dict(part._fields["state"]._description_selection(self.env))
        return {
            "id": part.id,
            "name": part.display_name,
            "unit": part.uom_id.name or "",
            "planned": part.quantity,
            "used": part.consumed_qty,
            "to_use": part._get_quantity_to_use(),
            "state": part.state,
            "state_label": labels.get(part.state, ""),
            "mandatory": part.mandatory,
        }


class FieldServiceMyDayReport(models.AbstractModel):
    _inherit = "field.service.my.day.report"

    @api.model
    def _get_action_kinds(self):
        return {**super()._get_action_kinds(), "part": "_apply_part"}

    @api.model
    def _apply_part(self, report):
        """Use a planned part, or say that it was not needed."""
        part = self.env["field.service.part"].browse(int(report.payload["part_id"]))
        if part not in report.visit.order_id.part_ids:
            raise UserError(
                self.env._("This part is not planned any longer: load the page anew.")
            )
        if report.payload.get("release"):
            part.action_release()
        else:
            part.action_use(float(report.payload["quantity"]))
