import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError


class FieldServiceReport(models.Model):
    """One revision of an order's service report: what the customer saw, kept for good.

    A revision never changes. When documented facts do, the next one is made; the
    fingerprint of the file proves that it is still the one that was made.
    """

    _name = "field.service.report"
    _description = "Service Report"
    _order = "order_id desc, revision desc"
    _check_company_auto = True

    order_id = fields.Many2one(
        comodel_name="field.service.order",
        string="Work Order",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="order_id.company_id", store=True, index=True, precompute=True
    )
    partner_id = fields.Many2one(
        related="order_id.partner_id", store=True, index="btree_not_null"
    )
    revision = fields.Integer(required=True)
    attachment_id = fields.Many2one(
        comodel_name="ir.attachment",
        string="Document",
        index="btree_not_null",
        ondelete="restrict",
    )
    sha256 = fields.Char(string="Fingerprint (SHA-256)")
    created_on = fields.Datetime(default=fields.Datetime.now, required=True)
    lang = fields.Char(string="Language")
    reason = fields.Char(help="Why this revision was made.")
    sent_on = fields.Datetime(help="When it was first sent to the customer.")
    digests = fields.Json(help="Fingerprints of the documented facts, by section.")

    _revision_uniq = models.Constraint(
        "UNIQUE(order_id, revision)",
        "This revision of the service report exists already.",
    )

    @api.depends("order_id.name", "revision")
    def _compute_display_name(self):
        for report in self:
            report.display_name = self.env._(
                "%(order)s, revision %(revision)s",
                order=report.order_id.name,
                revision=report.revision,
            )

    def write(self, vals):
        if vals.keys() - {"sent_on", "attachment_id", "sha256"}:
            raise UserError(
                self.env._("A service report is not changed: a new revision is made.")
            )
        return super().write(vals)

    def unlink(self):
        attachments = self.attachment_id
        result = super().unlink()
        attachments.unlink()
        return result

    def _store(self, content, extension):
        """Keep the document and its fingerprint.

        :param bytes content: the document
        :param str extension: ``pdf``, or ``html`` where no PDF can be made
        """
        self.ensure_one()
        name = self.env._(
            "Service report %(order)s-%(revision)s",
            order=self.order_id.name.replace("/", "-"),
            revision=self.revision,
        )
        self.attachment_id = self.env["ir.attachment"].create(
            {
                "name": f"{name}.{extension}",
                "raw": content,
                "mimetype": {"pdf": "application/pdf"}.get(extension, "text/html"),
                "res_model": self._name,
                "res_id": self.id,
            }
        )
        self.sha256 = hashlib.sha256(content).hexdigest()

    def _get_changes(self):
        """Return the sections that differ from the revision before."""
        self.ensure_one()
        before = self.order_id.report_ids.filtered(
            lambda report: report.revision == self.revision - 1
        )
        if not before:
            return []
        return self.order_id._compare_report_digests(
            before.digests or {}, self.digests or {}
        )

    def _is_genuine(self):
        """Tell whether the document is still the one that was made."""
        self.ensure_one()
        # The file itself is compared, not what its record says about it.
        attachment = self.sudo().attachment_id.exists()
        content = attachment.raw if attachment else b""
        return bool(content) and hashlib.sha256(content).hexdigest() == self.sha256

    # ------------------------------------------------------------------- actions
    def action_open(self):
        """Open the document."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.attachment_id.id}",
            "target": "new",
        }

    def action_check(self):
        """Compare the documents with the fingerprints taken when they were made."""
        changed = self.filtered(lambda report: not report._is_genuine())
        if changed:
            message = self.env._(
                "%(reports)s: the document was changed after it was made.",
                reports="; ".join(changed.mapped("display_name")),
            )
        else:
            message = self.env._("Unchanged: the document is the one that was made.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "danger" if changed else "success",
                "sticky": bool(changed),
                "message": message,
            },
        }
