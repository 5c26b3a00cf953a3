from odoo import api, fields, models


class FieldServiceAssetInstallation(models.Model):
    """One stay of a piece of equipment at a site.

    Where the equipment stands now follows from its latest stay, so that the same unit
    can be taken out, repaired and put in elsewhere as often as it takes.
    """

    _name = "field.service.asset.installation"
    _description = "Installation of Equipment"
    _order = "id desc"
    _rec_name = "asset_id"
    _check_company_auto = True

    asset_id = fields.Many2one(
        comodel_name="field.service.asset",
        string="Equipment",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="asset_id.company_id", store=True, index=True, precompute=True
    )
    product_id = fields.Many2one(related="asset_id.product_id")
    serial = fields.Char(related="asset_id.serial")
    site_id = fields.Many2one(
        comodel_name="res.partner",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Customer", index=True, check_company=True
    )
    parent_id = fields.Many2one(
        comodel_name="field.service.asset",
        string="Part of",
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
    )
    date_from = fields.Date(string="From", help="Empty: before it was registered.")
    date_to = fields.Date(string="Until", index=True)
    order_id = fields.Many2one(
        comodel_name="field.service.order",
        string="Installed by",
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
    )
    removal_order_id = fields.Many2one(
        comodel_name="field.service.order",
        string="Removed by",
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
    )
    removal = fields.Selection(
        selection=[
            ("moved", "Moved"),
            ("taken_out", "Taken out"),
            ("returned", "Returned"),
        ],
        string="Ended because",
        help="Taken out, moved: still the customer's. Returned: ours again.",
    )
    replaces_id = fields.Many2one(
        comodel_name="field.service.asset",
        string="Instead of",
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
    )

    _one_place = models.UniqueIndex(
        "(asset_id) WHERE date_to IS NULL",
        "A piece of equipment stands at one site at a time.",
    )
    _order_of_dates = models.Constraint(
        "CHECK(date_to IS NULL OR date_from IS NULL OR date_to >= date_from)",
        "Equipment cannot be removed before it was installed.",
    )

    @api.depends("asset_id", "site_id")
    def _compute_display_name(self):
        for stay in self:
            names = (stay.asset_id.display_name, stay.site_id.display_name)
            stay.display_name = ", ".join(filter(None, names))

    def _end(self, date, removal, **values):
        """End open stays; a stay that ends before it began lasts no day."""
        for stay in self.filtered(lambda stay: not stay.date_to):
            date_to = max(date, stay.date_from or date)
            stay.write({"date_to": date_to, "removal": removal, **values})
        # The next stay may begin at once, and there is one at a time.
        self.flush_recordset(["date_to"])

    def _resume(self, orders):
        """Let the latest stays go on that some orders have ended."""
        for asset in self.asset_id:
            last = asset.installation_ids[:1]
            if last in self and last.date_to and last.removal_order_id in orders:
                last.write(
                    {"date_to": False, "removal": False, "removal_order_id": False}
                )

    def _undo(self):
        """Forget stays that never were: what they ended goes on."""
        assets = self.asset_id | self.replaces_id
        orders = dict.fromkeys(assets, self.env["field.service.order"])
        for stay in self:
            orders[stay.asset_id] |= stay.order_id
            if stay.replaces_id:
                orders[stay.replaces_id] |= stay.order_id
        self.unlink()
        assets.invalidate_recordset(["installation_ids"])
        for asset, order in orders.items():
            asset.installation_ids._resume(order)
        assets._follow_installations()
