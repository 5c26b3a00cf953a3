from collections import defaultdict

from odoo import api, fields, models

SERVICE_READERS = "field_service.group_technician,field_service.group_cost"


class FieldServiceSite(models.AbstractModel):
    """What a technician must know of a site, and what there is of a customer."""

    _name = "field.service.site"
    _description = "Site and Customer"

    # Of the site; codes and keys are not for every user.
    service_access_note = fields.Text(
        string="Access", groups=SERVICE_READERS, help="Keys, codes, opening hours."
    )
    service_safety_note = fields.Text(
        string="Safety",
        groups=SERVICE_READERS,
        help="Dangers on site, and what to wear and do.",
    )
    service_parking_note = fields.Text(
        string="Parking", groups=SERVICE_READERS, help="Where the van may stand."
    )
    service_site_asset_ids = fields.One2many(
        comodel_name="field.service.asset",
        inverse_name="site_id",
        string="Equipment on Site",
        groups=SERVICE_READERS,
    )
    service_order_count = fields.Integer(
        string="Work Orders",
        compute="_compute_service_order_count",
        groups=SERVICE_READERS,
    )
    service_asset_count = fields.Integer(
        string="Equipment",
        compute="_compute_service_asset_count",
        groups=SERVICE_READERS,
    )
    service_agreement_count = fields.Integer(
        string="Agreements",
        compute="_compute_service_agreement_count",
        groups="field_service.group_dispatcher,field_service.group_cost",
    )

    def _compute_service_order_count(self):
        counts = self._count_service("field.service.order", ["partner_id", "site_id"])
        for partner in self:
            partner.service_order_count = counts[partner.id]

    def _compute_service_asset_count(self):
        counts = self._count_service("field.service.asset", ["partner_id", "site_id"])
        for partner in self:
            partner.service_asset_count = counts[partner.id]

    def _compute_service_agreement_count(self):
        counts = self._count_service("field.service.agreement", ["partner_id"])
        for partner in self:
            partner.service_agreement_count = counts[partner.id]

    def _count_service(self, model, names):
        """Return {partner id: number of records of it, its contacts and sites}."""
        family = self.with_context(active_test=False).search_fetch(
            [("id", "child_of", self.ids)], ["parent_id"]
        )
        groups = self.env[model]._read_group(
            self._get_service_domain(names, family.ids), names, ["__count"]
        )
        counts = defaultdict(int)
        for *partners, count in groups:
            # An order of a customer at his own site is one order.
            above = self.browse().union(
                *(partner._get_service_family() for partner in partners)
            )
            for partner_id in above.ids:
                counts[partner_id] += count
        return counts

    @api.model
    def _get_service_domain(self, names, partner_ids):
        """Return the domain of records with one of the partners in a field."""
        domain = ["|"] * (len(names) - 1)
        return domain + [(name, "in", partner_ids) for name in names]

    # --------------------------------------------------------------------- actions
    def action_view_service_orders(self):
        """Open the work orders of the partner, for him or at his address."""
        return self._get_service_action("order", ["partner_id", "site_id"])

    def action_view_service_assets(self):
        """Open the equipment of the partner, or at his address."""
        return self._get_service_action("asset", ["partner_id", "site_id"])

    def action_view_service_agreements(self):
        """Open the agreements of the partner."""
        return self._get_service_action("agreement", ["partner_id"])

    def _get_service_action(self, name, fields_):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"field_service.field_service_{name}_action"
        )
        family = self.with_context(active_test=False).search(
            [("id", "child_of", self.ids)]
        )
        return {
            **action,
            "domain": self._get_service_domain(fields_, family.ids),
            "context": {"default_partner_id": self.commercial_partner_id.id},
        }
