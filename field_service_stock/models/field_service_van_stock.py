from odoo import api, fields, models
from odoo.tools import SQL


class FieldServiceVanStock(models.Model):
    """What is in the vans and who has it, for technicians who have no right on stock.

    Read from Odoo's quants when it is shown: the nearest van first.
    """

    _name = "field.service.van.stock"
    _description = "Stock in Vans"
    _inherit = ["field.service.van.position"]
    _auto = False
    _rec_name = "product_id"
    _order = "is_own desc, km, is_team desc, holder, location_id, product_id, id"
    _depends = {
        "stock.quant": [
            *("product_id", "location_id", "lot_id", "owner_id"),
            *("quantity", "reserved_quantity"),
        ],
        "stock.location": ["service_van", "active", "parent_path", "company_id"],
        "product.product": ["barcode", "product_tmpl_id"],
        "stock.lot": ["name"],
        "hr.employee": ["service_location_id", "active", "name"],
        "resource.resource": ["service_location_id", "active", "name"],
    }

    company_id = fields.Many2one("res.company", readonly=True)
    location_id = fields.Many2one("stock.location", string="Van", readonly=True)
    technician_id = fields.Many2one(
        "hr.employee", readonly=True, help="The first, where several share a van."
    )
    holder = fields.Char(
        string="Who Has It",
        readonly=True,
        help="The technicians of the van. Empty: a van without technician.",
    )
    vehicle = fields.Char(readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    barcode = fields.Char(readonly=True)
    lot_id = fields.Many2one("stock.lot", string="Lot/Serial Number", readonly=True)
    lot_name = fields.Char(string="Lot or Serial", readonly=True)
    quantity = fields.Float(string="On Hand", digits="Product Unit", readonly=True)
    reserved_quantity = fields.Float(
        string="Reserved", digits="Product Unit", readonly=True
    )
    free_quantity = fields.Float(string="Free", digits="Product Unit", readonly=True)
    owned_quantity = fields.Float(digits="Product Unit", readonly=True)
    uom_id = fields.Many2one("uom.uom", string="Unit", readonly=True)
    is_own = fields.Boolean(string="My Van", readonly=True)
    is_team = fields.Boolean(string="My Team", readonly=True)
    km = fields.Float(string="Kilometres", digits=(8, 1), readonly=True)
    is_located = fields.Boolean(readonly=True)
    distance = fields.Char(
        compute="_compute_distance",
        help="Estimated, between today's visits; from the site of the work order when "
        "a part of it is looked for.",
    )
    currency_id = fields.Many2one(
        related="company_id.currency_id", groups="field_service.group_cost"
    )
    value = fields.Monetary(
        compute="_compute_value",
        groups="field_service.group_cost",
        help="At what the product, or its lot, costs now; what others own is worth "
        "nothing to us.",
    )

    @property
    def _table_query(self):
        return SQL(
            """SELECT MIN(quant.id) AS id, van.company_id, van.id AS location_id,
                      quant.product_id, quant.lot_id, lot.name AS lot_name,
                      product.barcode, template.uom_id,
                      SUM(quant.quantity) AS quantity,
                      SUM(quant.reserved_quantity) AS reserved_quantity,
                      SUM(quant.quantity - quant.reserved_quantity) AS free_quantity,
                      COALESCE(SUM(quant.quantity) FILTER (
                          WHERE quant.owner_id IS NULL
                             OR quant.owner_id = company.partner_id
                      ), 0) AS owned_quantity,
                      people.technician_id, people.holder, vehicles.vehicle,
                      near.km, near.km IS NOT NULL AS is_located,
                      COALESCE(near.is_own, FALSE) AS is_own,
                      COALESCE(near.is_team, FALSE) AS is_team
                 FROM stock_location van
                 JOIN stock_location place
                   ON place.parent_path LIKE van.parent_path || '%%'
                 JOIN stock_quant quant ON quant.location_id = place.id
                 JOIN product_product product ON product.id = quant.product_id
                 JOIN product_template template
                   ON template.id = product.product_tmpl_id
                 JOIN res_company company ON company.id = van.company_id
                 LEFT JOIN stock_lot lot ON lot.id = quant.lot_id
                 LEFT JOIN (%(near)s) AS near ON near.van_id = van.id
                 LEFT JOIN LATERAL (
                     SELECT MIN(id) AS technician_id,
                            STRING_AGG(name, ', ' ORDER BY id) AS holder
                       FROM hr_employee
                      WHERE service_location_id = van.id AND active
                 ) AS people ON TRUE
                 LEFT JOIN LATERAL (
                     SELECT STRING_AGG(name, ', ' ORDER BY id) AS vehicle
                       FROM resource_resource
                      WHERE service_location_id = van.id AND active
                 ) AS vehicles ON TRUE
                WHERE van.service_van AND van.active
                GROUP BY van.id, quant.product_id, quant.lot_id, lot.name,
                         product.barcode, template.uom_id, people.technician_id,
                         people.holder, vehicles.vehicle, near.km, near.is_own,
                         near.is_team
               HAVING SUM(quant.quantity) <> 0 OR SUM(quant.reserved_quantity) <> 0""",
            near=self._get_distance_query(),
        )

    @api.depends("is_own", "is_located", "km", "is_team")
    def _compute_distance(self):
        for line in self:
            if line.is_own:
                line.distance = self.env._("My van")
            elif line.is_located:
                line.distance = self.env._("%(km)s km", km=f"{line.km:.1f}")
            else:
                line.distance = line.is_team and self.env._("My team")

    @api.depends("product_id", "lot_id", "owned_quantity", "company_id")
    def _compute_value(self):
        # What it costs is for those who see costs: see the groups of the field.
        for line in self.sudo():
            product = line.product_id.with_company(line.company_id)
            lot = line.lot_id.with_company(line.company_id)
            valued = lot if product.lot_valuated and lot else product
            line.value = line.owned_quantity * valued.standard_price

    # ------------------------------------------------------------------- actions
    def action_ask(self):
        """Ask the colleague for it."""
        self.ensure_one()
        part = self.env["field.service.part"].browse(
            self.env.context.get("service_van_part_id")
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask for a Part"),
            "res_model": "field.service.van.request",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_source_id": self.location_id.id,
                "default_product_id": self.product_id.id,
                "default_lot_id": self.lot_id.id,
                "default_part_id": part.exists().id,
            },
        }
