from datetime import datetime
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.field_service.models.field_service_visit_gate import (
    OPEN_STATES as OPEN_VISITS,
)

from .field_service_order_readiness import LIVE_STATES

# What nobody planned: who was on site took it.
UNPLANNED_SOURCES = ("technician", "finding")
COMING_STATES = ("waiting", "confirmed", "partially_available", "assigned")


class Scope(NamedTuple):
    """What a proposal is made for: the vans of one company, and the days that count."""

    company: models.BaseModel
    vans: models.BaseModel
    now: datetime
    until: datetime
    since: datetime


class FieldServiceReplenishmentRead(models.AbstractModel):
    """What is known about the vans: one statement per kind of fact, for all of them.

    All quantities are in the unit of the product.
    """

    _name = "field.service.replenishment.read"
    _description = "Facts for Van Replenishment"

    def _read_facts(self, scope, query):
        """Return the rows of a statement that reads table ``places``.

        These are the locations of each van: itself, and the boxes inside it.
        """
        return self.env.execute_query(
            SQL(
                """WITH places AS MATERIALIZED (
                    SELECT DISTINCT ON (place.id) place.id, van.id AS van_id
                      FROM stock_location van
                      JOIN stock_location place
                        ON place.parent_path LIKE van.parent_path || '%%'
                     WHERE van.id = ANY(%s) AND place.usage = 'internal'
                     ORDER BY place.id, LENGTH(van.parent_path) DESC
                ) %s""",
                scope.vans.ids,
                query,
            )
        )

    # ----------------------------------------------------------------------- vans
    @api.model
    def _get_vans(self, companies):
        """Return the vans that somebody drives: a technician, or a booked vehicle's."""
        rows = self.env.execute_query(
            SQL(
                """SELECT van.id
                     FROM stock_location van
                    WHERE van.service_van AND van.active AND van.company_id = ANY(%s)
                      AND (EXISTS (SELECT FROM hr_employee technician
                                    WHERE technician.service_location_id = van.id
                                      AND technician.active)
                           OR EXISTS (SELECT FROM resource_resource vehicle
                                       WHERE vehicle.service_location_id = van.id
                                         AND vehicle.active))""",
                companies.ids,
            )
        )
        return self.env["stock.location"].browse(sorted(row[0] for row in rows))

    def _read_teams(self, scope):
        """Return {van id: ids of the teams whose members drive it}."""
        members = self.env["field.service.team"]._fields["member_ids"]
        rows = self.env.execute_query(
            SQL(
                """SELECT technician.service_location_id, member.%(team)s
                     FROM hr_employee technician
                     JOIN %(table)s member ON member.%(person)s = technician.id
                    WHERE technician.active
                      AND technician.service_location_id = ANY(%(vans)s)""",
                table=SQL.identifier(members.relation),
                team=SQL.identifier(members.column1),
                person=SQL.identifier(members.column2),
                vans=scope.vans.ids,
            )
        )
        teams = {van_id: set() for van_id in scope.vans.ids}
        for van_id, team_id in rows:
            teams[van_id].add(team_id)
        return teams

    # --------------------------------------------------------------- planned need
    def _read_planned(self, scope):
        """Parts to be taken from a van that are neither reserved there nor coming.

        :return: rows (part, van, product, probability, soon, quantity); soon: a visit
            that is still to come needs them before ``until``
        """
        rows = self._read_facts(scope, self._get_planned_query(scope))
        return [row for row in rows if row[-1] > 0]

    def _get_planned_query(self, scope):
        return SQL(
            """SELECT part.id, places.van_id, part.product_id, part.probability,
                      EXISTS (%(visit)s) AS soon,
                      ROUND(((CASE WHEN part.state = 'waiting'
                                   THEN part.open_qty - part.reserved_qty
                                   ELSE part.quantity END)
                             * unit.factor / reference.factor
                             - COALESCE((%(coming)s), 0))::numeric, 6)::float
                 FROM field_service_part part
                 JOIN places ON places.id = part.location_id
                 JOIN field_service_order service ON service.id = part.order_id
                 JOIN product_product product ON product.id = part.product_id
                 JOIN product_template template
                   ON template.id = product.product_tmpl_id AND template.is_storable
                 JOIN uom_uom unit ON unit.id = part.uom_id
                 JOIN uom_uom reference ON reference.id = template.uom_id
                WHERE part.state IN ('draft', 'waiting')
                  AND part.customer_supplied IS NOT TRUE
                  AND service.state IN %(live)s""",
            visit=SQL(
                """SELECT FROM field_service_visit visit
                    WHERE visit.order_id = part.order_id
                      AND visit.state IN %s AND visit.start < %s
                      AND (part.visit_id IS NULL OR part.visit_id = visit.id)""",
                OPEN_VISITS,
                scope.until,
            ),
            coming=SQL(
                """SELECT SUM(move.product_qty) FROM stock_move move
                    WHERE move.service_part_id = part.id AND move.state IN %s
                      AND COALESCE(move.location_final_id, move.location_dest_id)
                          = part.location_id""",
                COMING_STATES,
            ),
            live=LIVE_STATES,
        )

    # ---------------------------------------------------------------- what happened
    def _read_unplanned_use(self, scope):
        """Done moves of parts that nobody planned: use, and what came back of it.

        :return: rows (move, van, product, quantity); returned parts are negative
        """
        condition = SQL(
            """move.state = 'done' AND move.date >= %s
               AND part.source IN %s AND other.usage = 'customer'""",
            scope.since,
            UNPLANNED_SOURCES,
        )
        sides = (
            (SQL("move.location_id"), SQL("move.location_dest_id"), 1),
            (SQL("move.location_dest_id"), SQL("move.location_id"), -1),
        )
        queries = [
            SQL(
                """SELECT move.id, places.van_id, move.product_id,
                          %s * move.quantity * unit.factor / reference.factor
                     FROM places
                     JOIN stock_move move ON %s = places.id
                     JOIN stock_location other ON other.id = %s
                     JOIN field_service_part part ON part.id = move.service_part_id
                     JOIN product_product product ON product.id = move.product_id
                     JOIN product_template template
                       ON template.id = product.product_tmpl_id
                     JOIN uom_uom unit ON unit.id = move.product_uom
                     JOIN uom_uom reference ON reference.id = template.uom_id
                    WHERE %s""",
                sign,
                van,
                other,
                condition,
            )
            for van, other, sign in sides
        ]
        return self._read_facts(scope, SQL(" UNION ALL ").join(queries))

    def _read_last_moves(self, scope):
        """When each product came into a van, first and last, and was used from it.

        :return: rows (van, product, first arrival, last arrival, last use)
        """
        return self._read_facts(
            scope,
            SQL(
                """SELECT van_id, product_id,
                          MIN(date) FILTER (WHERE arrives),
                          MAX(date) FILTER (WHERE arrives),
                          MAX(date) FILTER (WHERE NOT arrives)
                     FROM (SELECT places.van_id, move.product_id, move.date,
                                  TRUE AS arrives
                             FROM places
                             JOIN stock_move move ON move.location_dest_id = places.id
                             LEFT JOIN places origin ON origin.id = move.location_id
                            WHERE move.state = 'done'
                              AND origin.van_id IS DISTINCT FROM places.van_id
                           UNION ALL
                           SELECT places.van_id, move.product_id, move.date, FALSE
                             FROM places
                             JOIN stock_move move ON move.location_id = places.id
                             JOIN stock_location site
                               ON site.id = move.location_dest_id
                              AND site.usage = 'customer'
                            WHERE move.state = 'done') AS moved
                    GROUP BY van_id, product_id"""
            ),
        )

    # ---------------------------------------------------------------- what is there
    def _read_stock(self, scope):
        """What is free in the vans, and what Odoo's valuation says it is worth.

        The goods of other owners are there to be used, but are no money of ours.

        :return: rows (van, product, free quantity, its value)
        """
        company = str(scope.company.id)
        return self._read_facts(
            scope,
            SQL(
                """SELECT places.van_id, quant.product_id,
                          SUM(quant.quantity - quant.reserved_quantity)::float,
                          SUM((quant.quantity - quant.reserved_quantity)
                              * CASE WHEN quant.owner_id IS NOT NULL
                                      AND quant.owner_id <> %(partner)s THEN 0
                                     WHEN template.lot_valuated
                                     THEN COALESCE((lot.standard_price ->> %(company)s
                                                   )::numeric, 0)
                                     ELSE COALESCE((product.standard_price
                                                    ->> %(company)s)::numeric, 0) END
                              )::float
                     FROM places
                     JOIN stock_quant quant ON quant.location_id = places.id
                     JOIN product_product product ON product.id = quant.product_id
                     JOIN product_template template
                       ON template.id = product.product_tmpl_id
                     LEFT JOIN stock_lot lot ON lot.id = quant.lot_id
                    GROUP BY places.van_id, quant.product_id""",
                company=company,
                partner=scope.company.partner_id.id,
            ),
        )

    def _read_coming(self, scope):
        """What is on its way to a van for no work order: that is in its parts.

        :return: rows (move, van, product, quantity)
        """
        return self._read_facts(
            scope,
            SQL(
                """SELECT move.id, places.van_id, move.product_id,
                          move.product_qty::float
                     FROM places
                     JOIN stock_move move
                       ON COALESCE(move.location_final_id, move.location_dest_id)
                          = places.id
                     LEFT JOIN places origin ON origin.id = move.location_id
                    WHERE move.service_part_id IS NULL AND move.state IN %s
                      AND origin.van_id IS DISTINCT FROM places.van_id""",
                COMING_STATES,
            ),
        )

    def _read_warehouses(self, scope, product_ids):
        """Return {(warehouse, product): what is free in its stock}."""
        rows = self.env.execute_query(
            SQL(
                """SELECT warehouse.id, quant.product_id,
                          SUM(quant.quantity - quant.reserved_quantity)::float
                     FROM stock_warehouse warehouse
                     JOIN stock_location stock ON stock.id = warehouse.lot_stock_id
                     JOIN stock_location place
                       ON place.parent_path LIKE stock.parent_path || '%%'
                     JOIN stock_quant quant ON quant.location_id = place.id
                    WHERE warehouse.id = ANY(%s) AND quant.product_id = ANY(%s)
                    GROUP BY warehouse.id, quant.product_id""",
                scope.vans.warehouse_id.ids,
                product_ids,
            )
        )
        return {(warehouse, product): free for warehouse, product, free in rows}

    def _read_products(self, scope, product_ids):
        """Return {product: whether it is used, fill rate, package, unit cost}."""
        rows = self.env.execute_query(
            SQL(
                """SELECT product.id, product.active AND template.is_storable,
                          COALESCE(NULLIF(template.service_fill_rate, 0),
                                   NULLIF(category.service_fill_rate, 0), %s)::float,
                          (package.factor / reference.factor)::float,
                          COALESCE((product.standard_price ->> %s)::float, 0)
                     FROM product_product product
                     JOIN product_template template
                       ON template.id = product.product_tmpl_id
                     JOIN uom_uom reference ON reference.id = template.uom_id
                     LEFT JOIN product_category category
                       ON category.id = template.categ_id
                     LEFT JOIN uom_uom package
                       ON package.id = template.service_load_uom_id
                    WHERE product.id = ANY(%s)""",
                scope.company.service_fill_rate,
                str(scope.company.id),
                product_ids,
            )
        )
        return {row[0]: row[1:] for row in rows}
