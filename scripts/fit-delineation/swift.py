"""Numbers as lines of Swift."""


def lines(values):
    """The values with four digits each, as indented lines of at most 116 columns."""
    rows, row = [], " " * 6
    for value in values:
        text = f"{value:.4g}, "
        if len(row) + len(text) > 116:
            rows.append(row.rstrip())
            row = " " * 6
        row += text
    return "\n".join(rows + [row.rstrip()])
