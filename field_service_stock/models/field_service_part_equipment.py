from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

INSTALL_FIELDS = {"install_as", "install_asset_id", "old_unit", "warranty_months"}


class FieldServicePartEquipment(models.AbstractModel):
    """What a part with a serial number becomes at the customer's, and what goes out."""

    _name = "field.service.part.equipment"
    _description = "Parts that Become Equipment"

    makes_equipment = fields.Boolean(
        string="Becomes Equipment", compute="_compute_makes_equipment"
    )
    install_as = fields.Selection(
        selection=[
            ("component", "Part of the equipment"),
            ("new", "Equipment of its own"),
            ("replace", "In place of another unit"),
        ],
        string="Put in as",
        required=True,
        default="component",
        help="Part of the equipment: of the one chosen, else of the only one the order "
        "is about.",
    )
    install_asset_id = fields.Many2one(
        comodel_name="field.service.asset",
        string="Equipment",
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
        domain="[('company_id', '=', company_id), ('removed_on', '=', False), "
        "'|', ('site_id', '=', site_id), ('partner_id', 'child_of', customer_id)]",
        help="What the part is built into, or the unit it takes the place of.",
    )
    # Which equipment may be chosen
    site_id = fields.Many2one(comodel_name="res.partner", compute="_compute_place")
    customer_id = fields.Many2one(comodel_name="res.partner", compute="_compute_place")
    old_unit = fields.Selection(
        selection=[
            ("customer", "Stays with the customer"),
            ("store", "Comes back to us, the customer's"),
            ("scrap", "Is scrapped"),
        ],
        required=True,
        default="customer",
        help="What happens to the unit that is taken out. What comes back stays the "
        "property of the customer: it has no value in our stock.",
    )
    warranty_months = fields.Integer(
        string="Warranty (Months)",
        compute="_compute_warranty_months",
        store=True,
        readonly=False,
        precompute=True,
        help="For the customer, from the day it is put in.",
    )
    installation_ids = fields.One2many(
        comodel_name="field.service.asset.installation",
        inverse_name="part_id",
        string="Became Equipment",
    )

    _warranty_positive = models.Constraint(
        "CHECK(warranty_months >= 0)", "A warranty cannot be negative."
    )

    @api.depends("product_id")
    def _compute_makes_equipment(self):
        for part in self:
            part.makes_equipment = part.product_id.service_makes_equipment

    @api.depends("order_id.site_id", "order_id.partner_id")
    def _compute_place(self):
        for part in self:
            part.site_id = part.order_id.site_id
            part.customer_id = part.order_id.partner_id.commercial_partner_id

    @api.depends("product_id")
    def _compute_warranty_months(self):
        for part in self:
            part.warranty_months = part.product_id.service_warranty_months

    # --------------------------------------------------------------- constraints
    @api.constrains("install_as", "install_asset_id", "old_unit", "quantity")
    def _check_replacement(self):
        for part in self.filtered(lambda part: part.install_as == "replace"):
            reason = part._get_reason_not_to_replace()
            if reason:
                raise ValidationError(reason)

    def _get_reason_not_to_replace(self):
        """Say why the part cannot take the place of the chosen unit, if it cannot."""
        old = self.install_asset_id
        names = {"part": self.display_name, "unit": old.display_name}
        if not old:
            return self.env._(
                "%(part)s: choose the unit it takes the place of.", **names
            )
        if self.uom_id.compare(self.quantity, 1.0) > 0:
            return self.env._(
                "%(part)s: one unit takes the place of %(unit)s. Add one part for each "
                "unit that is exchanged.",
                **names,
            )
        if self.old_unit != "customer" and not old._can_take_back():
            return self.env._(
                "%(unit)s has no product, or no serial number, so it cannot come back "
                "into stock: let it stay with the customer, or complete it first.",
                **names,
            )
        return None

    def write(self, vals):
        changed = INSTALL_FIELDS & vals.keys()
        # The history is read with the system's rights: who may write may be told.
        if changed and self.sudo().installation_ids:
            for part in self:
                part._check_not_put_in(vals, changed)
        return super().write(vals)

    def _check_not_put_in(self, vals, names):
        """What is put in is what it is: the equipment itself can be changed."""
        differs = any(
            self._fields[name].convert_to_write(self[name], self) != vals[name]
            for name in names
        )
        if differs and self.sudo().installation_ids:  # as above
            raise UserError(
                self.env._(
                    "%(part)s is put in already: change the equipment itself.",
                    part=self.display_name,
                )
            )

    # ------------------------------------------------------------------- install
    def _get_unit_to_replace(self):
        """Return the unit that goes out, as long as it stands and nothing replaced it.

        Somebody may have taken it out in the meantime: then the new one is put in all
        the same.
        """
        old = self.install_asset_id
        if self.install_as != "replace" or old.removed_on:
            return old.browse()
        return old.browse() if self.installation_ids.replaces_id else old

    def _get_install_parent(self, order):
        """Return what the part is built into."""
        if self.install_as == "new":
            return self.install_asset_id.browse()
        if self.install_as == "replace":
            return self.install_asset_id.parent_id
        standing = order.asset_ids.filtered(lambda asset: not asset.removed_on)
        chosen = self.install_asset_id or (standing if len(standing) == 1 else None)
        return (chosen or standing.browse()).filtered(
            lambda asset: not asset.removed_on
        )
