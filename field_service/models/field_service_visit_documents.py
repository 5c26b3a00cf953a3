from odoo import api, fields, models
from odoo.exceptions import ValidationError

SIGNATURE_FIELDS = {
    "signature",
    "signed_by",
    "signed_on",
    "signature_refused",
    "refusal_reason",
}


class FieldServiceVisitDocuments(models.AbstractModel):
    """What a technician documents on site: answers, photos, the signature."""

    _name = "field.service.visit.documents"
    _description = "Documents of Visits"

    answer_ids = fields.Many2many(
        comodel_name="field.service.checklist.answer",
        string="Checklist Answers",
        compute="_compute_answer_ids",
        inverse="_inverse_answer_ids",
        help="The questions of the work order; whoever may do the visit answers them.",
    )
    photo_ids = fields.One2many(
        comodel_name="field.service.photo", inverse_name="visit_id", string="Photos"
    )
    signature = fields.Image(max_width=1024, max_height=1024, copy=False)
    signed_by = fields.Char(copy=False)
    signed_on = fields.Datetime(readonly=True, copy=False)
    signature_refused = fields.Boolean(
        string="Refused to Sign", copy=False, tracking=True
    )
    refusal_reason = fields.Char(
        string="Reason of the Refusal", copy=False, tracking=True
    )

    @api.depends("order_id.answer_ids.is_asked")
    def _compute_answer_ids(self):
        for visit in self:
            visit.answer_ids = visit.order_id.answer_ids.filtered("is_asked")

    def _inverse_answer_ids(self):
        """Answers are written where they are; the list itself is the order's."""

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._complete_signature(vals) for vals in vals_list])

    def write(self, vals):
        if not SIGNATURE_FIELDS & vals.keys():
            result = super().write(vals)
            if "note" in vals:
                self.order_id._process_report()
            return result
        self.order_id._check_documents_open()
        result = super().write(self._complete_signature(vals))
        self.order_id._process_documents()
        return result

    def _complete_signature(self, vals):
        """Return values in which a signature always has its time and its name."""
        vals = dict(vals)
        if "signature" not in vals:
            # Only a signature makes a visit signed.
            vals.pop("signed_on", None)
            return vals
        if not vals["signature"]:
            return {**vals, "signed_on": False, "signed_by": False}
        self.env["field.service.photo"]._check_image(
            vals["signature"], self.env._("The signature")
        )
        order = self.order_id.browse(vals.get("order_id")) or self.order_id
        # Whoever works on the visit may be told who the customer is.
        contact = (order.contact_id or order.partner_id)[:1].sudo()
        return {
            **vals,
            "signed_on": vals.get("signed_on") or fields.Datetime.now(),
            "signed_by": vals.get("signed_by") or self[:1].signed_by or contact.name,
            "signature_refused": False,
            "refusal_reason": False,
        }

    @api.constrains("signature_refused", "refusal_reason", "state")
    def _check_refusal(self):
        for visit in self:
            if visit.signature_refused and not (visit.refusal_reason or "").strip():
                raise ValidationError(
                    self.env._(
                        "Say why the customer did not sign on visit %(visit)s.",
                        visit=visit.name,
                    )
                )

    def action_view_checklist(self):
        """Open the questions of the visit's order, made for a phone."""
        self.ensure_one()
        return self.order_id.action_view_checklist()
