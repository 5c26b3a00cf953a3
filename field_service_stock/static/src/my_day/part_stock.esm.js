/** How many results fit above the keyboard of a phone. */
const SHOWN = 30;

const same = (one, other) => Boolean(one) && one.toLowerCase() === other.toLowerCase();

/** Items whose name, code, barcode or lot has all words of the text, exact ones first. */
export function searchItems(items, text) {
    const words = text.trim().toLowerCase().split(/\s+/);
    const found = items.filter((item) => {
        const lots = item.lots.map((lot) => lot.name);
        const facts = [item.name, item.code, item.barcode, ...lots];
        const haystack = facts.join(" ").toLowerCase();
        return words.every((word) => haystack.includes(word));
    });
    const rank = (item) => (isExact(item, text.trim()) ? 0 : 1);
    return found.sort((one, other) => rank(one) - rank(other)).slice(0, SHOWN);
}

function isExact(item, code) {
    return (
        [item.barcode, item.code].some((known) => same(known, code)) ||
        item.lots.some((lot) => same(lot.name, code))
    );
}

/** The item with exactly this code, barcode, lot or serial number. */
export function findExact(items, code) {
    return items.find((item) => isExact(item, code.trim()));
}

/** The lot of an item with this number. */
export function findLot(item, code) {
    return item.lots.find((lot) => same(lot.name, code.trim()));
}

/** An item as far as a planned part tells what it is. */
export function itemOfPart(part, page) {
    return {
        product_id: part.product_id,
        location_id: part.location_id,
        company_id: page.company_id,
        name: part.name,
        code: part.code,
        barcode: part.barcode,
        tracking: part.tracking,
        stored: part.stored,
        makes_equipment: part.makes_equipment,
        quantity: null,
        lots: [...part.lots],
        uom_id: part.uom_id,
        unit: part.unit,
        units: [{id: part.uom_id, name: part.unit, factor: part.factor}],
    };
}

/**
 * What is there, less what this phone has reported and not sent yet; null when nobody
 * knows. In the product's unit.
 */
export function getBelieved(item, lotId, actions) {
    const {quantity} = (lotId && item.lots.find((lot) => lot.id === lotId)) || item;
    if (quantity === null || quantity === undefined) {
        return null;
    }
    return actions
        .filter(
            ({kind, status, payload}) =>
                kind === "part" &&
                status !== "refused" &&
                payload.used &&
                payload.used.product_id === item.product_id &&
                payload.used.location_id === item.location_id
        )
        .flatMap(({payload}) => payload.used.lots)
        .filter((lot) => !lotId || lot.lot_id === lotId)
        .reduce((rest, lot) => rest - lot.quantity, quantity);
}

/** Whether something has to be said about a part before the problem is solved. */
export function isOpen(part) {
    return !part.is_settled || part.rest > 0;
}
