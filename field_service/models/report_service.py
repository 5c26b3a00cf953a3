from odoo import api, models


class ReportService(models.AbstractModel):
    """What the template of the service report is given."""

    _name = "report.field_service.report_service"
    _description = "Values of the Service Report"

    @api.model
    def _get_report_values(self, docids, data=None):
        orders = self.env["field.service.order"].browse(docids)
        orders.check_access("read")
        # Which fields the customer sees is decided by the template, not by the
        # rights of whoever prints it.
        orders = orders.sudo()
        report = self.env["field.service.report"].sudo()
        return {
            "doc_ids": docids,
            "doc_model": orders._name,
            "docs": orders,
            # One of these orders, whatever the context says.
            "report": report.search(
                [
                    ("id", "=", self.env.context.get("service_report_id")),
                    ("order_id", "in", orders.ids),
                ]
            ),
        }
