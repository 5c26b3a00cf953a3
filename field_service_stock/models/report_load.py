from odoo import api, models


class ReportLoad(models.AbstractModel):
    """What the template of the load list is given."""

    _name = "report.field_service_stock.report_load"
    _description = "Values of the Load List"

    @api.model
    def _get_report_values(self, docids, data=None):
        loads = self.env["field.service.load"].browse(docids)
        loads.check_access("read")
        # What is on the list may be read by whoever may read the list.
        return {"doc_ids": docids, "doc_model": loads._name, "docs": loads.sudo()}
