from odoo import api, fields, models
from odoo.tools import SQL

READINESS = [
    ("ready", "Ready"),
    ("transfer", "Waiting for transfer"),
    ("purchase", "Waiting for purchase"),
    ("missing", "Missing"),
]


class FieldServicePartReadiness(models.AbstractModel):
    """Whether a part is there, and if not, when it will be.

    One statement answers for any number of parts: it is what the fields are computed
    with when a move changes, and what brings all open orders up to date.
    """

    _name = "field.service.part.readiness"
    _description = "Readiness of Parts"

    readiness = fields.Selection(
        selection=READINESS,
        compute="_compute_readiness",
        store=True,
        index="btree_not_null",
    )
    readiness_date = fields.Datetime(
        string="Expected",
        compute="_compute_readiness",
        store=True,
        help="When the part will be where it is taken from, by Odoo's transfers and "
        "purchases.",
    )

    @api.depends(lambda self: self._get_readiness_depends())
    def _compute_readiness(self):
        found = self._read_readiness()
        for part in self:
            part.readiness, part.readiness_date = found.get(
                part._origin.id, (False, False)
            )

    @api.model
    def _get_readiness_depends(self):
        """Return what the readiness of a part follows from."""
        fields_of_part = ["state", "quantity", "uom_id", "product_id", "location_id"]
        fields_of_part += ["open_qty", "reserved_qty", "customer_supplied", "on_site"]
        fields_of_moves = ["state", "date", "product_uom_qty", "location_dest_id"]
        depends = [
            *fields_of_part,
            "product_id.is_storable",
            *(f"move_ids.{name}" for name in fields_of_moves),
            "move_ids.move_orig_ids.state",
            "move_ids.move_orig_ids.date",
        ]
        if self._has_purchase():
            depends += [
                "move_ids.created_purchase_line_ids.date_planned",
                "move_ids.created_purchase_line_ids.state",
                "move_ids.created_purchase_line_ids.qty_received",
            ]
        return depends

    @api.model
    def _has_purchase(self):
        """Tell whether stock rules can buy: with ``purchase_stock``, no need of it."""
        return "created_purchase_line_ids" in self.env["stock.move"]._fields

    def _read_readiness(self):
        """Return {id: (readiness, date)} of the parts that exist already."""
        # What is reserved or used is there, without asking the stock.
        there = self.filtered(
            lambda part: part.state and part.state not in ("draft", "waiting")
        )
        found = dict.fromkeys(there._origin.ids, ("ready", False))
        ids = [part_id for part_id in (self - there)._origin.ids if part_id]
        if not ids:
            return found
        self._flush_readiness()
        rows = self.env.execute_query(
            self._get_readiness_query(SQL("part.id IN %s", tuple(ids)))
        )
        return found | {part_id: (kind, moment) for part_id, kind, moment in rows}

    @api.model
    def _flush_readiness(self):
        """Write what the statement reads."""
        self.env["field.service.part"].flush_model(
            [
                *("order_id", "state", "product_id", "location_id", "uom_id"),
                *("quantity", "open_qty", "reserved_qty"),
                *("customer_supplied", "on_site"),
            ]
        )
        self.env["stock.move"].flush_model()
        self.env["stock.quant"].flush_model(["quantity", "reserved_quantity"])
        self.env["stock.location"].flush_model(["usage", "parent_path"])
        self.env["product.template"].flush_model(["is_storable"])
        if self._has_purchase():
            self.env["purchase.order.line"].flush_model(
                ["date_planned", "state", "product_qty", "qty_received"]
            )

    # ----------------------------------------------------------------- statement
    @api.model
    def _get_readiness_query(self, condition):
        """Return the statement: id, readiness and date of the parts asked for.

        :param SQL condition: of table ``part`` and of ``service``, its order
        """
        return SQL(
            """WITH RECURSIVE wanted AS (%(wanted)s),
                    chain AS (%(chain)s),
                    link AS (%(link)s),
                    supply AS (%(supply)s),
                    coming AS (%(coming)s),
                    stock AS (%(stock)s)
               SELECT wanted.id,
                      CASE WHEN wanted.is_there THEN 'ready'
                           WHEN wanted.customer_supplied THEN 'missing'
                           WHEN wanted.state = 'draft' THEN
                                CASE WHEN stock.in_van >= wanted.needed THEN 'ready'
                                     WHEN stock.in_van + stock.in_warehouse
                                          >= wanted.needed THEN 'transfer'
                                     ELSE 'missing' END
                           WHEN coming.quantity >= wanted.needed THEN
                                CASE WHEN coming.bought THEN 'purchase'
                                     ELSE 'transfer' END
                           ELSE 'missing' END AS readiness,
                      CASE WHEN NOT wanted.is_there
                                AND coming.quantity >= wanted.needed
                           THEN coming.arrives END AS readiness_date
                 FROM wanted
                 LEFT JOIN coming ON coming.id = wanted.id
                 LEFT JOIN stock ON stock.id = wanted.id""",
            wanted=self._get_wanted_query(condition),
            chain=self._get_chain_query(),
            link=self._get_link_query(),
            supply=self._get_supply_query(),
            coming=self._get_coming_query(),
            stock=self._get_stock_query(),
        )

    def _get_wanted_query(self, condition):
        """The parts, and how much of them is not there, in the product's unit."""
        return SQL(
            """SELECT part.id, part.state, part.product_id, part.location_id,
                      part.customer_supplied,
                      COALESCE(part.state NOT IN ('draft', 'waiting')
                               OR part.quantity = 0
                               OR (part.customer_supplied AND part.on_site)
                               OR (NOT COALESCE(part.customer_supplied, FALSE)
                                   AND NOT COALESCE(template.is_storable, FALSE)),
                               FALSE) AS is_there,
                      ROUND(((CASE WHEN part.state = 'waiting'
                                   THEN part.open_qty - part.reserved_qty
                                   ELSE part.quantity END)
                             * unit.factor / reference.factor)::numeric, 6) AS needed
                 FROM field_service_part part
                 JOIN field_service_order service ON service.id = part.order_id
                 JOIN product_product product ON product.id = part.product_id
                 JOIN product_template template ON template.id = product.product_tmpl_id
                 JOIN uom_uom unit ON unit.id = part.uom_id
                 JOIN uom_uom reference ON reference.id = template.uom_id
                WHERE %s""",
            condition,
        )

    def _get_chain_query(self):
        """The open moves that bring a part, and those each of them waits for."""
        return SQL(
            """SELECT wanted.id, move.id AS root_id, move.id AS move_id
                 FROM wanted
                 JOIN stock_move move ON move.service_part_id = wanted.id
                WHERE NOT wanted.is_there AND wanted.state = 'waiting'
                  AND move.state NOT IN ('draft', 'done', 'cancel')
                  AND (COALESCE(move.location_final_id, move.location_dest_id)
                       = wanted.location_id
                       OR (move.location_id = wanted.location_id
                           AND move.state = 'waiting'))
               UNION
               SELECT chain.id, chain.root_id, origin.id
                 FROM chain
                 JOIN stock_move move ON move.id = chain.move_id
                 JOIN stock_move_move_rel rel ON rel.move_dest_id = move.id
                 JOIN stock_move origin ON origin.id = rel.move_orig_id
                WHERE move.state <> 'assigned'
                  AND origin.state NOT IN ('draft', 'done', 'cancel')"""
        )

    def _get_link_query(self):
        """Each link of a chain: when it moves, and whether anything keeps it moving."""
        return SQL(
            """SELECT chain.id, chain.root_id, move.date, bought.moment,
                      source.usage = 'supplier' OR bought.moment IS NOT NULL AS bought,
                      move.state = 'assigned' OR bought.moment IS NOT NULL OR EXISTS (
                          SELECT FROM stock_move_move_rel rel
                            JOIN stock_move origin ON origin.id = rel.move_orig_id
                           WHERE rel.move_dest_id = move.id
                             AND origin.state NOT IN ('draft', 'done', 'cancel')
                      ) AS is_moving
                 FROM chain
                 JOIN stock_move move ON move.id = chain.move_id
                 JOIN stock_location source ON source.id = move.location_id
                 LEFT JOIN LATERAL (%s) AS bought ON TRUE""",
            self._get_purchase_query(),
        )

    def _get_purchase_query(self):
        """When a purchase that a rule asked for will arrive: requested or ordered.

        What has arrived and is on its way into stock comes by a transfer.
        """
        if not self._has_purchase():
            return SQL("SELECT NULL::timestamp AS moment")
        return SQL(
            """SELECT MAX(line.date_planned) AS moment
                 FROM stock_move_created_purchase_line_rel rel
                 JOIN purchase_order_line line
                   ON line.id = rel.created_purchase_line_id
                 JOIN purchase_order purchase ON purchase.id = line.order_id
                WHERE rel.move_id = move.id AND purchase.state <> 'cancel'
                  AND move.state <> 'assigned'
                  AND COALESCE(line.qty_received, 0) < line.product_qty"""
        )

    def _get_supply_query(self):
        """Each move that brings a part, with all that it waits for."""
        return SQL(
            """SELECT id, root_id, BOOL_OR(bought) AS bought,
                      BOOL_AND(is_moving) AS is_moving,
                      GREATEST(MAX(date), MAX(moment)) AS arrives
                 FROM link GROUP BY id, root_id"""
        )

    def _get_coming_query(self):
        """What is on its way to each part, and when the last of it arrives."""
        return SQL(
            """SELECT supply.id, BOOL_OR(supply.bought) AS bought,
                      ROUND(SUM(move.product_qty)::numeric, 6) AS quantity,
                      MAX(supply.arrives) AS arrives
                 FROM supply JOIN stock_move move ON move.id = supply.root_id
                WHERE supply.is_moving GROUP BY supply.id"""
        )

    def _get_stock_query(self):
        """What is free where a part not asked for yet would be taken from."""
        return SQL(
            """SELECT wanted.id,
                      COALESCE(SUM(quant.quantity - quant.reserved_quantity) FILTER (
                          WHERE place.parent_path LIKE van.parent_path || '%%'
                      ), 0) AS in_van,
                      COALESCE(SUM(quant.quantity - quant.reserved_quantity) FILTER (
                          WHERE place.parent_path NOT LIKE van.parent_path || '%%'
                      ), 0) AS in_warehouse
                 FROM wanted
                 JOIN stock_location van ON van.id = wanted.location_id
                 LEFT JOIN stock_warehouse warehouse ON warehouse.id = van.warehouse_id
                 LEFT JOIN stock_location store ON store.id = warehouse.lot_stock_id
                 JOIN stock_quant quant ON quant.product_id = wanted.product_id
                 JOIN stock_location place ON place.id = quant.location_id
                  AND (place.parent_path LIKE van.parent_path || '%%'
                       OR place.parent_path LIKE store.parent_path || '%%')
                WHERE NOT wanted.is_there AND wanted.state = 'draft'
                GROUP BY wanted.id"""
        )
