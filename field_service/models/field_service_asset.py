import base64
import io
import secrets

from PIL import Image

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.image import image_data_uri

from ..tools.qr_code import make_qr_code


class FieldServiceAsset(models.Model):
    """Equipment at a customer's site, which work orders are about."""

    _name = "field.service.asset"
    _description = "Equipment"
    _inherit = ["field.service.asset.place", "mail.thread"]
    _order = "name, id"
    _parent_store = True
    _check_company_auto = True
    _rec_names_search = ["name", "serial"]

    name = fields.Char(required=True)
    serial = fields.Char(string="Serial Number", index="trigram", tracking=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Customer", index=True, check_company=True
    )
    site_id = fields.Many2one(
        comodel_name="res.partner",
        index="btree_not_null",
        check_company=True,
        help="Where the equipment stands.",
    )
    product_id = fields.Many2one(
        comodel_name="product.product", index="btree_not_null", check_company=True
    )
    parent_id = fields.Many2one(
        comodel_name="field.service.asset",
        string="Part of",
        index="btree_not_null",
        check_company=True,
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many(
        comodel_name="field.service.asset", inverse_name="parent_id", string="Parts"
    )
    token = fields.Char(
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="What the label's code leads to; it stays when the name changes.",
    )
    installed_on = fields.Date()
    warranty_until = fields.Date(tracking=True)
    order_ids = fields.Many2many(
        comodel_name="field.service.order", string="Work Orders", check_company=True
    )
    reading_ids = fields.One2many(
        comodel_name="field.service.asset.reading",
        inverse_name="asset_id",
        string="Readings",
    )
    finding_ids = fields.One2many(
        comodel_name="field.service.finding",
        inverse_name="asset_id",
        string="Findings",
    )
    order_count = fields.Integer(compute="_compute_counts")
    finding_count = fields.Integer(
        string="Number of Findings", compute="_compute_counts"
    )
    reading_count = fields.Integer(
        string="Number of Readings", compute="_compute_counts"
    )
    child_count = fields.Integer(string="Number of Parts", compute="_compute_counts")

    _token_uniq = models.UniqueIndex(
        "(token) WHERE token IS NOT NULL", "Another label leads to this equipment."
    )

    @api.depends("order_ids", "finding_ids", "reading_ids", "child_ids")
    def _compute_counts(self):
        for name, model, field in (
            ("order_count", "field.service.order", "asset_ids"),
            ("finding_count", "field.service.finding", "asset_id"),
            ("reading_count", "field.service.asset.reading", "asset_id"),
            ("child_count", "field.service.asset", "parent_id"),
        ):
            groups = self.env[model]._read_group(
                [(field, "in", self.ids)], [field], ["__count"]
            )
            counts = dict(groups)
            for asset in self:
                asset[name] = counts.get(asset._origin, 0)

    @api.depends("name", "serial")
    def _compute_display_name(self):
        for asset in self:
            parts = (asset.name, asset.serial and f"({asset.serial})")
            asset.display_name = " ".join(part for part in parts if part)

    def write(self, vals):
        if vals.get("parent_id"):
            # Before the tree is written, which would refuse it in fewer words.
            inside = self.search_count(
                [("id", "child_of", self.ids), ("id", "=", vals["parent_id"])]
            )
            if inside:
                raise ValidationError(
                    self.env._("A piece of equipment cannot be a part of itself.")
                )
        return super().write(vals)

    # ----------------------------------------------------------------------- label
    def _get_label_url(self):
        """Return the address the label's code leads to: short, and for good."""
        self.ensure_one()
        # Whoever may print a label need not be allowed to change the equipment.
        asset = self.sudo()
        if not asset.token:
            asset.token = secrets.token_urlsafe(8)
        return f"{asset.get_base_url()}/field-service/equipment/{asset.token}"

    def _get_label_image(self):
        """Return the code of the label as an image that needs no request."""
        return image_data_uri(base64.b64encode(make_qr_code(self._get_label_url())))

    @api.model
    def _get_label_spacer(self):
        """Return an empty image with the proportions of a label, 70 x 37 mm."""
        # A little lower, so that eight rows fit on a page however they are rounded.
        stream = io.BytesIO()
        Image.new("1", (700, 368), 1).save(stream, "PNG")
        return image_data_uri(base64.b64encode(stream.getvalue()))

    @api.model
    def _find_by_token(self, token):
        """Return the equipment a label leads to, if the user may see it."""
        # The token is no secret of the user's; what he may see is asked below.
        asset = self.sudo().with_context(active_test=False)
        asset = asset.search([("token", "=", token or "-")], limit=1)
        return asset.with_env(self.env)._filtered_access("read")

    # --------------------------------------------------------------------- actions
    def action_view_orders(self):
        """Open the work orders of this equipment."""
        return {
            **self._get_history_action("field_service_order_action", "asset_ids"),
            "context": {"default_asset_ids": self.ids},
        }

    def action_view_findings(self):
        """Open what was found on this equipment."""
        return self._get_history_action("field_service_finding_action", "asset_id")

    def action_view_readings(self):
        """Open what the meters of this equipment showed."""
        return self._get_history_action(
            "field_service_asset_reading_action", "asset_id"
        )

    def action_view_children(self):
        """Open what is built into this equipment."""
        action = self._get_history_action("field_service_asset_action", "parent_id")
        defaults = {"default_partner_id": self.partner_id.id}
        defaults |= {"default_site_id": self.site_id.id}
        return {**action, "context": {**action["context"], **defaults}}

    def _get_history_action(self, name, field):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(f"field_service.{name}")
        return {
            **action,
            "domain": [(field, "in", self.ids)],
            "context": {f"default_{field}": self.id},
        }

    def action_report_problem(self):
        """Open a new work order about this equipment."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Work Order"),
            "res_model": "field.service.order",
            "views": [(False, "form")],
            "context": {
                "default_asset_ids": self.ids,
                "default_company_id": self.company_id.id,
                "service_order_source": "equipment",
            },
        }
