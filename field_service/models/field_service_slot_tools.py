from datetime import datetime, time, timedelta

from odoo import api, models
from odoo.fields import Domain

from ..tools.periods import intersect, unite
from ..tools.recurrence import to_utc

DAY = timedelta(days=1)
MOMENT = timedelta(microseconds=1)


class FieldServiceSlotTools(models.AbstractModel):
    """When the tools of a work order are free, and may still be used."""

    _name = "field.service.slot.tools"
    _description = "Tools of the Slot Search"

    @api.model
    def _get_tool_windows(self, order, visit, windows, duration):
        """Return those parts of windows of starts in which no tool is in the way."""
        # Tools are no secret of anybody.
        exact = (visit.resource_ids if visit else order.resource_ids).sudo()
        missing = order.tool_category_ids - exact.service_tool_category_id
        choice = self._get_tools_of(missing, order.company_id)
        if not windows or not (exact or missing):
            return windows
        period = (windows[0][0], windows[-1][1] + duration)
        busy = self.env["field.service.availability"]._get_bookings(
            exact | choice, *period
        )
        # A window may be one moment, which has nothing in common with any period.
        windows = [(start, stop + MOMENT) for start, stop in windows]
        starts = {
            tool: self._get_tool_starts(
                tool,
                [
                    (item.start, item.stop)
                    for item in busy.get(tool.id, ())
                    if not visit or item.record_id != visit.id
                ],
                duration,
                order._get_site_tz(),
            )
            for tool in exact | choice
        }
        for tool in exact:
            windows = intersect(windows, starts[tool])
        for category in missing:
            tools = choice.filtered(
                lambda tool, category=category: tool.service_tool_category_id
                == category
            )
            free = unite([pair for tool in tools for pair in starts[tool]])
            windows = intersect(windows, free)
        return [(start, stop - MOMENT) for start, stop in windows]

    @api.model
    def _get_tools_of(self, categories, company):
        """Return the tools of some categories that a company may use."""
        tools = self.env["resource.resource"].sudo()  # as above
        return tools.search(
            Domain("resource_type", "=", "material")
            & Domain("service_tool_category_id", "in", categories.ids)
            & Domain("company_id", "in", (False, company.id))
        )

    @api.model
    def _get_tool_starts(self, tool, busy, duration, zone):
        """Return when work may begin as far as a tool is concerned: [(start, stop)]."""
        latest = self._get_tool_end(tool, zone)
        if latest == datetime.min:
            return []
        if latest != datetime.max:
            latest += MOMENT - duration
        starts, begin = [], datetime.min
        for start, stop in sorted(busy):
            starts.append((begin, start - duration + MOMENT))
            begin = max(begin, stop)
        starts.append((begin, datetime.max))
        starts = [(start, stop) for start, stop in starts if start < stop]
        return intersect(starts, [(datetime.min, latest)])

    @api.model
    def _get_tool_end(self, tool, zone):
        """Return the moment from which the tool may not be used any longer."""
        if not tool.service_needs_calibration:
            return datetime.max
        until = tool.service_valid_until
        if not until:
            return datetime.min
        return to_utc(datetime.combine(until + DAY, time.min), zone)

    @api.model
    def _tell_tools(self, order, visit):
        """Say what may be wrong with the tools when they leave no time."""
        # As above.
        tools = (visit.resource_ids if visit else order.resource_ids).sudo()
        names = [*tools.mapped("display_name"), *order.tool_category_ids.mapped("name")]
        return self.env._(
            "The tools are booked, or not calibrated, in this period: %(tools)s.",
            tools=", ".join(names),
        )
