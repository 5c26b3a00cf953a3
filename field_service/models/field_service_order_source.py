from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import html2plaintext

# What a request from outside may say.
REQUEST_FIELDS = {
    "site_id",
    "asset_ids",
    "contact_id",
    "job_type_id",
    "description",
    "requested_start",
    "requested_stop",
    "customer_reference",
}
DESCRIPTION_LENGTH = 5000


class FieldServiceOrderSource(models.AbstractModel):
    """Which way an order came: by hand, import, mail, request, agreement."""

    _name = "field.service.order.source"
    _description = "Source of Work Orders"

    source = fields.Selection(
        selection=[
            ("manual", "By hand"),
            ("import", "Import"),
            ("mail", "Mail"),
            ("portal", "Customer portal"),
            ("agreement", "Agreement"),
            ("sale", "Sales order"),
            ("equipment", "Equipment"),
        ],
        default=lambda self: self.env.context.get("service_order_source", "manual"),
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    request_email = fields.Char(
        copy=False,
        help="Who asked by mail. Kept also when nobody is known by that address.",
    )

    # The gateway counts mails per sender by it, so that no loop fills the list.
    _primary_email = "request_email"

    # ---------------------------------------------------------------------- import
    @api.model
    def load(self, fields, data):
        """Import orders; each says that it came this way."""
        return super(
            FieldServiceOrderSource, self.with_context(service_order_source="import")
        ).load(fields, data)

    @api.model
    def get_import_templates(self):
        """Return the file that shows how orders are imported."""
        return [
            {
                "label": self.env._("Import Template for Work Orders"),
                "template": "/field_service/static/import/work_orders.csv",
            }
        ]

    # ------------------------------------------------------------------------ mail
    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Create an order from a mail; the sender is the customer if he is known."""
        values = dict(custom_values or {})
        company = self.env["res.company"].browse(
            values.get("company_id") or self.env.company.id
        )
        values = {
            # Without a number of its own, the order would be named after the mail.
            "name": self._next_number(company),
            "source": "mail",
            "description": self._describe_mail(msg_dict),
            "origin": self.env._("Mail"),
            **self._prepare_sender_values(msg_dict, company),
            **values,
        }
        return super().message_new(msg_dict, custom_values=values)

    @api.model
    def _describe_mail(self, msg_dict):
        """Return the subject, and the first words of a mail that has none."""
        subject = (msg_dict.get("subject") or "").strip()
        return subject or html2plaintext(msg_dict.get("body") or "").strip()[:200]

    @api.model
    def _prepare_sender_values(self, msg_dict, company):
        """Return customer and contact, as far as the sender is known."""
        author = self.env["res.partner"].browse(msg_dict.get("author_id") or [])
        # A colleague who forwards a mail is not the customer.
        if not author or any(user._is_internal() for user in author.user_ids):
            return {}
        if author.company_id and author.company_id != company:
            return {}
        values = {"partner_id": author.commercial_partner_id.id}
        if not author.is_company:
            values["contact_id"] = author.id
        return values

    # --------------------------------------------------------------------- request
    @api.model
    def _create_from_request(self, partner, values, source="portal"):
        """Create an order that somebody outside has asked for.

        To be called with the rights that are needed; what may be asked for is checked
        here, so that each route gives the same answer.

        :param partner: who asks (``res.partner``)
        :param dict values: of ``REQUEST_FIELDS``; equipment as a list of ids
        :raises ValidationError: with a sentence the customer can act on
        """
        strange = values.keys() - REQUEST_FIELDS
        if strange:
            raise ValidationError(
                self.env._(
                    "A request cannot say: %(names)s.",
                    names=", ".join(sorted(strange)),
                )
            )
        values = {name: value for name, value in values.items() if value}
        description = (values.get("description") or "").strip()
        if not description:
            raise ValidationError(self.env._("Describe what is to be done."))
        self._check_request_records(partner.commercial_partner_id, values)
        self._check_request_window(values)
        return self.create(
            {
                **values,
                "asset_ids": values.get("asset_ids", []),
                "description": description[:DESCRIPTION_LENGTH],
                "partner_id": partner.commercial_partner_id.id,
                "contact_id": values.get("contact_id")
                or (not partner.is_company and partner.id),
                "source": source,
            }
        )

    @api.model
    def _check_request_records(self, customer, values):
        """Refuse addresses, people and equipment of others."""
        wanted = self.env["res.partner"].browse(
            values[name] for name in ("site_id", "contact_id") if values.get(name)
        )
        machines = self.env["field.service.asset"].browse(values.get("asset_ids", []))
        partners, assets = wanted.exists(), machines.exists()
        owners = (partners | assets.partner_id).commercial_partner_id
        if (
            partners != wanted
            or assets != machines
            or owners - customer
            or not all(asset.partner_id for asset in assets)
        ):
            raise ValidationError(
                self.env._("Choose an address, a contact and equipment of your own.")
            )

    @api.model
    def _check_request_window(self, values):
        """Refuse a window that is over or ends before it starts."""
        start = fields.Datetime.to_datetime(values.get("requested_start"))
        stop = fields.Datetime.to_datetime(values.get("requested_stop"))
        if stop and (not start or stop < start):
            raise ValidationError(
                self.env._("The requested window must end after it starts.")
            )
        if start and (stop or start) < fields.Datetime.now():
            raise ValidationError(self.env._("The requested window is over already."))
