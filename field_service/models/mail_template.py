from odoo import models


class MailTemplate(models.Model):
    _inherit = "mail.template"

    def _generate_template_attachments(
        self, res_ids, render_fields, render_results=None
    ):
        """Attach the kept service report: a new one would be another document."""
        results = super()._generate_template_attachments(
            res_ids, render_fields, render_results=render_results
        )
        own = self.env.ref(
            "field_service.mail_template_service_report", raise_if_not_found=False
        )
        if self == own and "attachment_ids" in render_fields:
            for order in self.env[self.model].browse(res_ids):
                values = results.setdefault(order.id, {})
                values["attachment_ids"] = [
                    *values.get("attachment_ids", []),
                    *order._get_last_report().attachment_id.ids,
                ]
        return results
