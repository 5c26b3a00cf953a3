import base64

import pytz

from odoo import api, models
from odoo.tools.image import image_data_uri
from odoo.tools.misc import format_date, format_datetime

from odoo.addons.field_service.tools.qr_code import make_qr_code

from ..tools.barcode import make_code128


class FieldServiceLoadPrint(models.AbstractModel):
    """What is printed of a load list: places to go to, and where each part goes."""

    _name = "field.service.load.print"
    _description = "Print of Load Lists"

    def action_print(self):
        """Print the lists."""
        # Who prints takes the paper along: what changes now is said, not hidden.
        report = self.env.ref("field_service_stock.report_load_action")
        return report.report_action(self)

    def _get_print_lines(self):
        """Return [(location, lines)] of what is still to be loaded, by way."""
        lines = self._read_lines().filtered(lambda line: line.state != "loaded")
        places = lines.grouped("location_id")
        return sorted(places.items(), key=lambda item: item[0].complete_name or "")

    def _get_print_orders(self):
        """Return [(order, visit, lines)]: where each part goes, by time."""
        lines = self._read_lines()
        groups = lines.grouped(lambda line: (line.order_id, line.visit_id))
        return sorted(
            ((order, visit, part) for (order, visit), part in groups.items()),
            key=lambda item: (
                not item[0],
                str(item[1].start or ""),
                item[0].name or "",
            ),
        )

    @api.model
    def _get_print_lots(self, line):
        """Return the lots reserved for a line, as [(lot, quantity)]."""
        moves = self.env["stock.move"].browse(line.id)
        lots = moves.move_line_ids.filtered("lot_id").grouped("lot_id")
        return [
            (lot, sum(lines.mapped("quantity_product_uom")))
            for lot, lines in lots.items()
        ]

    def _format_print_day(self):
        return format_date(self.env, self.date, date_format="EEEE, d MMMM y")

    def _format_print_time(self, moment):
        if not moment:
            return ""
        zone = self._get_zone(self.technician_id).zone
        local = pytz.utc.localize(moment).astimezone(pytz.timezone(zone))
        pattern = "HH:mm" if local.date() == self.date else "short"
        return format_datetime(self.env, moment, tz=zone, dt_format=pattern)

    @api.model
    def _get_barcode_image(self, value):
        """Return a barcode as an image that needs no network, nothing for no value.

        Letters that a barcode of lines does not know become a square one.
        """
        if not value:
            return ""
        image = make_code128(value) if value.isascii() else make_qr_code(value)
        return image_data_uri(base64.b64encode(image))
