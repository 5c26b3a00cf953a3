from odoo import fields, models
from odoo.tools import SQL
from odoo.tools.misc import format_date

from odoo.addons.field_service.models.field_service_visit_gate import OPEN_STATES


class FieldServiceLoadLine(models.Model):
    """A line of a load list: the stock move, for people without rights on stock.

    Read at the moment it is shown: what is short, and why, is never out of date.
    """

    _name = "field.service.load.line"
    _description = "Line of a Load List"
    _auto = False
    _rec_name = "product_id"
    _order = "location_id, product_id, id"
    _check_company_auto = True
    _depends = {
        "stock.move": [
            "service_load_id",
            "service_load_reason",
            "service_order_id",
            "service_part_id",
            "product_id",
            "product_uom_qty",
            "product_qty",
            "quantity",
            "state",
            "location_id",
            "location_dest_id",
        ],
        "stock.quant": ["quantity", "reserved_quantity"],
        "field.service.load": ["company_id", "technician_id", "location_id"],
        "field.service.part": ["visit_id", "readiness", "readiness_date"],
        "field.service.visit": ["order_id", "technician_id", "start", "state"],
    }

    load_id = fields.Many2one("field.service.load", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    picking_id = fields.Many2one("stock.picking", "Transfer", readonly=True)
    order_id = fields.Many2one("field.service.order", "Work Order", readonly=True)
    visit_id = fields.Many2one("field.service.visit", readonly=True)
    part_id = fields.Many2one("field.service.part", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    uom_id = fields.Many2one("uom.uom", "Unit", readonly=True)
    location_id = fields.Many2one("stock.location", "From", readonly=True)
    quantity = fields.Float("Needed", digits="Product Unit", readonly=True)
    available = fields.Float(
        "There",
        digits="Product Unit",
        readonly=True,
        help="Reserved for this list where it is taken from.",
    )
    loaded = fields.Float(digits="Product Unit", readonly=True)
    state = fields.Selection(
        selection=[
            ("loaded", "Loaded"),
            ("ready", "There"),
            ("partial", "Partly there"),
            ("short", "Missing"),
            ("picking", "Being picked"),
        ],
        readonly=True,
    )
    reason = fields.Selection(
        selection=[
            ("astray", "Loaded, but its visit was moved or cancelled"),
            ("purchase", "Waiting for a purchase"),
            ("picking", "Being picked in the warehouse"),
            ("reserved", "Reserved for others"),
            ("no_stock", "Not in stock"),
            ("not_found", "Not found"),
            ("damaged", "Damaged"),
            ("no_room", "No room in the van"),
            ("left", "Left behind"),
        ],
        string="Why",
        readonly=True,
    )
    expected = fields.Datetime(
        readonly=True, help="When what is missing will be there, where that is known."
    )

    @property
    def _table_query(self):
        return SQL(
            """SELECT line.*,
                      CASE WHEN line.state = 'loaded' THEN
                                CASE WHEN line.is_astray THEN 'astray' END
                           WHEN line.bought THEN 'purchase'
                           WHEN line.state = 'picking' THEN 'picking'
                           WHEN line.left_because IS NOT NULL THEN line.left_because
                           WHEN line.state = 'ready' THEN NULL
                           WHEN line.on_hand > line.ours THEN 'reserved'
                           ELSE 'no_stock' END AS reason
                 FROM (%s) AS line""",
            self._get_lines_query(),
        )

    def _get_lines_query(self):
        return SQL(
            """SELECT move.id, load.id AS load_id, load.company_id, move.picking_id,
                      move.service_order_id AS order_id, part.id AS part_id,
                      COALESCE(part.visit_id, visit.id) AS visit_id,
                      move.product_id, move.product_uom AS uom_id, move.location_id,
                      CASE WHEN move.state = 'done' THEN move.quantity
                           ELSE move.product_uom_qty END AS quantity,
                      CASE WHEN move.state = 'done' THEN 0
                           ELSE move.quantity END AS available,
                      CASE WHEN move.state = 'done' THEN move.quantity
                           ELSE 0 END AS loaded,
                      CASE WHEN move.state = 'done' THEN 'loaded'
                           WHEN place.parent_path NOT LIKE van.parent_path || '%%'
                                OR move.state = 'waiting' THEN 'picking'
                           WHEN move.state = 'assigned' THEN 'ready'
                           WHEN move.quantity > 0 THEN 'partial'
                           ELSE 'short' END AS state,
                      move.service_load_reason AS left_because,
                      COALESCE(move.state <> 'done' AND part.readiness = 'purchase',
                               FALSE) AS bought,
                      CASE WHEN move.state NOT IN ('done', 'assigned')
                           THEN part.readiness_date END AS expected,
                      COALESCE(stock.on_hand, 0) AS on_hand,
                      COALESCE(ours.reserved, 0) AS ours,
                      part.id IS NOT NULL AND visit.id IS NULL AS is_astray
                 FROM stock_move move
                 JOIN field_service_load load ON load.id = move.service_load_id
                 JOIN stock_location van ON van.id = load.location_id
                 JOIN stock_location place ON place.id = move.location_dest_id
                 JOIN stock_location source ON source.id = move.location_id
                 LEFT JOIN field_service_part part ON part.id = move.service_part_id
                 LEFT JOIN LATERAL (%(visit)s) AS visit ON TRUE
                 LEFT JOIN LATERAL (%(stock)s) AS stock ON move.state <> 'done'
                 LEFT JOIN LATERAL (%(ours)s) AS ours ON move.state <> 'done'
                WHERE move.state NOT IN ('draft', 'cancel')""",
            visit=self._get_visit_query(),
            stock=self._get_stock_query(),
            ours=self._get_ours_query(),
        )

    def _get_visit_query(self):
        """The technician's visit that a line is for: done, under way or to come."""
        return SQL(
            """SELECT one.id FROM field_service_visit one
                WHERE one.order_id = move.service_order_id
                  AND one.technician_id = load.technician_id
                  AND one.state IN %s
                  AND (part.visit_id IS NULL OR part.visit_id = one.id)
                ORDER BY one.state = 'completed', one.start, one.id LIMIT 1""",
            (*OPEN_STATES, "completed"),
        )

    def _get_stock_query(self):
        """What is where a line is taken from, whoever it is reserved for."""
        return SQL(
            """SELECT SUM(quant.quantity) AS on_hand
                 FROM stock_quant quant
                 JOIN stock_location spot ON spot.id = quant.location_id
                WHERE quant.product_id = move.product_id
                  AND spot.parent_path LIKE source.parent_path || '%%'"""
        )

    def _get_ours_query(self):
        """What of it is reserved for this list, in the unit of the product."""
        return SQL(
            """SELECT SUM(one.quantity * one.product_qty
                          / NULLIF(one.product_uom_qty, 0)) AS reserved
                 FROM stock_move one
                WHERE one.service_load_id = move.service_load_id
                  AND one.product_id = move.product_id
                  AND one.location_id = move.location_id
                  AND one.state NOT IN ('draft', 'done', 'cancel')"""
        )

    def _describe(self):
        """Return what is missing, and why, in words."""
        labels = dict(self._fields["reason"]._description_selection(self.env))
        text = f"{self.quantity:g} {self.product_id.display_name}"
        if self.reason:
            text = f"{text}: {labels[self.reason]}"
        if self.expected:
            text = f"{text}, {format_date(self.env, self.expected)}"
        return text
