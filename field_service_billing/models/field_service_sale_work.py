from datetime import datetime, time, timedelta

import pytz

from odoo import models

# More work orders from one line are a slip of the finger, or one per line is meant.
MOST_UNITS = 200


class FieldServiceSaleWork(models.AbstractModel):
    """A confirmed sales order makes its work orders, and dies with them or before.

    Everything here is idempotent: a line knows its work order, and a sales order that
    is confirmed again takes it back.
    """

    _name = "field.service.sale.work"
    _description = "Work Orders of Sales Orders"

    # ---------------------------------------------------------------- confirmation
    def _action_confirm(self):
        """Make the work orders first: what they bring is not delivered as well."""
        # Whoever accepts an offer need not have any right on work orders.
        self.sudo()._serve_lines()
        return super()._action_confirm()

    def _serve_lines(self):
        """Give the lines of confirmed sales orders their work orders. Idempotent."""
        for sale_order in self.filtered(lambda so: so.state == "sale"):
            sale_order = sale_order.with_company(sale_order.company_id)
            sale_order._reopen_service_orders()
            lines = sale_order.order_line.filtered(lambda line: line._makes_work())
            lines |= lines._split_units()
            for group in lines._group_for_work():
                sale_order._create_service_order(group)
            sale_order._take_parts_along()
            sale_order._accept_lines()

    def _create_service_order(self, lines):
        """Make the work order of some lines, and link it with them."""
        order = self.env["field.service.order"].create(
            self._prepare_service_order_values(lines)
        )
        lines._put_on_work(order)
        order.message_post(
            body=self.env._(
                "Made from sales order %(sale)s.", sale=self._get_html_link()
            )
        )
        self.message_post(
            body=self.env._(
                "Work order %(order)s was made.", order=order._get_html_link()
            )
        )
        return order

    def _prepare_service_order_values(self, lines):
        """Return the values of the work order of some lines. Extend with super()."""
        self.ensure_one()
        flat = lines.filtered(lambda line: line._get_sold_basis() == "finished")
        values = {
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "site_id": self.partner_shipping_id.id,
            "job_type_id": lines.product_id.service_job_type_id[:1].id,
            "origin": self.name,
            "source": "sale",
            "customer_reference": self.client_order_ref,
            "description": "\n".join(lines.mapped("name")),
            "pricelist_id": self.pricelist_id.id,
            "pricing_method": "fixed" if flat else "time_material",
            **self._prepare_service_window_values(),
        }
        if flat:
            values["fixed_price"] = sum(flat.mapped("price_subtotal"))
        if not self.partner_id.is_company:
            values["contact_id"] = self.partner_id.id
        hours = sum(line._get_sold_hours() for line in lines)
        if hours > 0:
            values["planned_hours"] = hours
        return values

    def _prepare_service_window_values(self):
        """Return when the customer expects the work: the day that was promised."""
        if not self.commitment_date:
            return {}
        zone = pytz.timezone(self.company_id.partner_id.tz or self.env.user.tz or "UTC")
        day = pytz.utc.localize(self.commitment_date).astimezone(zone).date()
        start = zone.localize(datetime.combine(day, time.min))
        stop = zone.localize(datetime.combine(day + timedelta(days=1), time.min))
        return {
            "requested_start": start.astimezone(pytz.utc).replace(tzinfo=None),
            "requested_stop": stop.astimezone(pytz.utc).replace(tzinfo=None)
            - timedelta(seconds=1),
        }

    def _take_parts_along(self):
        """Let the technician bring the goods of this sales order, where that is sold.

        They go with the line above them that takes parts along.
        """
        order = self.env["field.service.order"]
        waiting = self.env["sale.order.line"]
        for line in self.order_line.sorted(lambda line: (line.sequence, line.id)):
            if line.service_order_id and line.product_id.service_takes_parts:
                order = line.service_order_id
            elif line._may_be_taken_along():
                waiting |= line
            if order and waiting:
                waiting._put_on_work(order, basis="part")
                waiting = waiting.browse()

    def _accept_lines(self):
        """Tell the work orders what the customer has accepted."""
        lines = self.order_line.filtered(lambda line: line._is_sold_work())
        lines.filtered(
            lambda line: line.service_basis == "part"
            and line.product_uom_qty > 0
            and not line.service_part_ids
        )._plan_parts()
        orders = lines.service_order_id
        orders._take_over_sale(self)
        orders._process_charges()

    def _confirmation_error_message(self):
        """Say what is wrong with the quantities before anything is made."""
        message = super()._confirmation_error_message()
        if message:
            return message
        for line in self.order_line.filtered(lambda line: line._makes_work(draft=True)):
            if line.product_id.service_scope != "unit":
                continue
            quantity = line.product_uom_qty
            if quantity != int(quantity):
                return self.env._(
                    "“%(line)s” makes one work order per unit: %(quantity)s is no "
                    "whole number.",
                    line=line.product_id.display_name,
                    quantity=f"{quantity:g}",
                )
            if quantity > MOST_UNITS:
                return self.env._(
                    "“%(line)s” would make %(quantity)s work orders, %(most)s at most "
                    "are made from one line.",
                    line=line.product_id.display_name,
                    quantity=f"{quantity:g}",
                    most=MOST_UNITS,
                )
        return False

    # -------------------------------------------------------------------- reopening
    def _reopen_service_orders(self):
        """Take back work orders that were cancelled with this sales order.

        One with a history stays as it is: its lines get a new one.
        """
        lines = self.order_line.filtered(
            lambda line: line.service_basis
            and line.service_order_id.state == "cancelled"
            and not line.qty_invoiced
        )
        for order in lines.service_order_id:
            mine = lines & order.sale_line_ids
            if order._get_blocking_reasons("draft"):
                parts = mine.filtered(lambda line: line.service_basis == "part")
                # The parts belong to the order that is gone.
                parts.service_basis = False
                mine.service_order_id = False
            else:
                order.action_draft()

    # ------------------------------------------------------------------ cancellation
    def _action_cancel(self):
        """Cancel the work that nobody has begun; tell about the rest."""
        sold = {
            sale_order: sale_order.order_line.filtered(
                lambda line: line._is_sold_work()
            )
            for sale_order in self
        }
        result = super()._action_cancel()
        for sale_order, lines in sold.items():
            # Whoever cancels a sales order need not have any right on work orders.
            if sale_order.state == "cancel" and lines:
                sale_order.sudo()._cancel_service_orders(lines.sudo())
        return result

    def _cancel_service_orders(self, lines):
        """Cancel the work orders of lines that were sold, if nothing was done yet."""
        orders = lines.service_order_id.filtered(lambda o: o.state != "cancelled")
        orders._drop_sale(self)
        # What another sales order still pays for goes on.
        others = orders.filtered(lambda order: order._get_sold_lines())
        for order in orders - others:
            if order._is_untouched():
                order.action_cancel()
                order.message_post(
                    body=self.env._(
                        "Cancelled with sales order %(sale)s.",
                        sale=self._get_html_link(),
                    )
                )
            elif order.state not in ("closed", "cannot_complete"):
                order._ask_about_sale(self)

    def _ask_about_work(self, lines):
        """Ask the salesperson to change a locked sales order himself."""
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=(self.user_id or self.env.user).id,
            summary=self.env._("Work orders have changed"),
            note=self.env._(
                "%(orders)s: change the lines about them, which are locked.",
                orders=", ".join(lines.service_order_id.mapped("display_name")),
            ),
        )

    def _is_service_offer(self):
        """Tell whether the customer has not decided yet on work he was offered."""
        return any(line._is_offered_work() for line in self.order_line)
