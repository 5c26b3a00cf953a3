from odoo import models

REPORT_NAME = "field_service_stock.report_load"


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        """Print load lists without style sheets from the network, as service reports.

        They bring their own.
        """
        if self._get_report(report_ref).report_name == REPORT_NAME:
            self = self.with_context(service_report_layout=True)
        return super()._render_qweb_pdf_prepare_streams(
            report_ref, data, res_ids=res_ids
        )
