"""The peer of the targeting list: the same signs as an analyst would write them in one SQL script, with window functions and list expressions, on DuckDB."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

_SCRIPT = """
create table t as select distinct on (event_id, a_id, b_id, date) *, value / nullif(weight, 0) as price from read_parquet({files});
create table priced as
  select event_id, price, median(ln(price)) over (partition by hs, currency, substr(date, 1, 4)) as mid from t where price > 0;
create table value_sign as
  select event_id from (select event_id, ln(price) as x, mid, median(abs(ln(price) - mid)) over (partition by mid) as mad from priced)
  where abs(x - mid) >= 5 * greatest(0.05, 1.4826 * mad);
create table number_sign as
  select event_id from (
    select event_id, container,
      list_sum([(case when i <= 4 then [10,12,13,14,15,16,17,18,19,20,21,23,24,25,26,27,28,29,30,31,32,34,35,36,37,38][ascii(container[i]) - 64]
                 else ascii(container[i]) - 48 end) * (1 << (i - 1)) for i in range(1, 11)]) % 11 % 10 as digit
    from t where container is not null) where digit <> ascii(container[11]) - 48;
create table twice_sign as
  select event_id from (
    select event_id, departure || ' / ' || coalesce(vessel, '') as place, lag(departure || ' / ' || coalesce(vessel, '')) over w as last_place,
      date_diff('day', lag(cast(date as date)) over w, cast(date as date)) as days
    from t where container is not null window w as (partition by container order by date, event_id)) where place <> last_place and days <= 2;
create table weight_sign as select event_id from t where weight > gross * 1.001 or gross / volume > 4000 or gross / volume < 20;
create table route_sign as select event_id from t where lower(departure) = lower(discharge);
create table newborn_sign as
  select t.event_id from t join (select canonical_id, min(value) as born from claims where prop = 'incorporationDate' group by 1) c on c.canonical_id = t.b_id
  where date_diff('day', cast(born as date), cast(t.date as date)) between 0 and 120 and t.hs in ('440290', '710812', '440349', '261590', '260900', '240220');
create table door_sign as
  with homes as (select canonical_id, value, count(*) over (partition by value) as many from claims where prop = 'address')
  select t.event_id from t join homes h on h.canonical_id = t.b_id where h.many between 3 and 12
  qualify count(*) over (partition by t.a_id, h.value) > 0;
create table all_signs as
  select event_id, 2.0 as w from value_sign union all select event_id, 1.0 from number_sign union all select event_id, 1.6 from twice_sign
  union all select event_id, 1.6 from weight_sign union all select event_id, 1.6 from route_sign union all select event_id, 1.6 from newborn_sign
  union all select event_id, 1.6 from door_sign;
"""


def screen(files: list[Path], claims: pa.Table, share: float, memory: str, folder: Path) -> list[dict[str, Any]]:
    """The first `share` of all consignments by the sum of the weights of their signs."""
    with duckdb.connect() as connection:
        connection.execute("set threads = 2")
        connection.execute(f"set memory_limit = '{memory}'")
        connection.execute(f"set temp_directory = '{folder}/plain'")
        connection.register("claims", claims)
        listed = "[" + ", ".join(f"'{path}'" for path in files) + "]"
        for statement in _SCRIPT.format(files=listed).split(";"):
            if statement.strip():
                connection.execute(statement)
        total = connection.execute("select count(*) from t").fetchall()[0][0]
        rows = connection.execute(
            f"select event_id, sum(w) as score from all_signs group by event_id order by score desc, event_id limit {max(1, int(total * share))}"
        ).fetchall()
    return [{"event_id": row[0]} for row in rows]
