from odoo import models
from odoo.exceptions import UserError

REPORT_NAME = "field_service.report_service"


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def get_paperformat(self):
        """Print the service report on the kind of paper that the company uses."""
        if (
            self.report_name == REPORT_NAME
            and self.env.company.paperformat_id.format == "Letter"
        ):
            return self.env.ref("field_service.paperformat_report_letter")
        return super().get_paperformat()

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        if self._get_report(report_ref).report_name == REPORT_NAME:
            if len(res_ids or []) > 1:
                raise UserError(
                    self.env._("Service reports are printed one at a time.")
                )
            self = self.with_context(service_report_layout=True)
        return super()._render_qweb_pdf_prepare_streams(
            report_ref, data, res_ids=res_ids
        )

    def _get_layout(self):
        """Keep the service report free of style sheets from the network.

        It brings its own: it looks the same wherever and whenever it is rendered.
        """
        if self.env.context.get("service_report_layout"):
            return self.env.ref("field_service.report_service_layout")
        return super()._get_layout()
