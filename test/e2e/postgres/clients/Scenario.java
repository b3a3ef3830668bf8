import java.sql.*;
import java.util.*;

/** The scenario over JDBC: simple and prepared statements, batches, cursors, metadata, errors. */
public class Scenario {
  static final StringBuilder out = new StringBuilder();

  static void show(String name, Object value) {
    out.append(name).append(": ").append(value).append('\n');
  }

  static List<List<Object>> rows(ResultSet r) throws SQLException {
    List<List<Object>> rows = new ArrayList<>();
    while (r.next()) {
      List<Object> row = new ArrayList<>();
      for (int i = 1; i <= r.getMetaData().getColumnCount(); i++) row.add(r.getString(i));
      rows.add(row);
    }
    return rows;
  }

  public static void main(String[] args) throws Exception {
    Map<String, String> env = System.getenv();
    String table = env.get("SCENARIO_TABLE");
    String url = "jdbc:postgresql://" + env.get("PGHOST") + ":" + env.get("PGPORT") + "/" + env.get("PGDATABASE");
    Properties properties = new Properties();
    properties.put("user", env.get("PGUSER"));
    properties.put("password", env.get("PGPASSWORD"));
    properties.put("sslmode", "disable");
    try (Connection c = DriverManager.getConnection(url, properties); Statement s = c.createStatement()) {
      s.execute("DROP TABLE IF EXISTS " + table);
      s.execute("CREATE TABLE " + table + " (id int primary key, name text, amount numeric, at timestamptz)");
      try (PreparedStatement p = c.prepareStatement("INSERT INTO " + table + " VALUES (?, ?, ?, ?)")) {
        for (int i = 0; i < 200; i++) {
          p.setInt(1, i);
          p.setString(2, "name " + i);
          p.setBigDecimal(3, new java.math.BigDecimal("1.50").multiply(new java.math.BigDecimal(i)));
          p.setTimestamp(4, new Timestamp(1767225600000L));
          p.addBatch();
        }
        show("batch", Arrays.stream(p.executeBatch()).sum());
      }
      try (PreparedStatement p = c.prepareStatement("SELECT * FROM " + table + " WHERE id = ?")) {
        for (int i = 0; i < 8; i++) {
          p.setInt(1, i);
          show("prepared " + i, rows(p.executeQuery()));
        }
      }
      c.setAutoCommit(false);
      s.setFetchSize(30);
      show("cursor", rows(s.executeQuery("SELECT id FROM " + table + " ORDER BY id")).size());
      c.commit();
      for (String bad : new String[] {"SELECT 1/0", "SELEC", "SELECT * FROM missing_table"}) {
        try {
          s.execute(bad);
        } catch (SQLException e) {
          show("error", e.getSQLState() + " " + e.getMessage());
          c.rollback();
        }
      }
      c.setAutoCommit(true);
      DatabaseMetaData metadata = c.getMetaData();
      show("keys", rows(metadata.getPrimaryKeys(null, "public", "customers")));
      List<String> columns = new ArrayList<>();
      try (ResultSet r = metadata.getColumns(null, "public", "customers", null)) {
        while (r.next()) columns.add(r.getString("COLUMN_NAME") + " " + r.getString("TYPE_NAME"));
      }
      show("columns", columns);
      show("multi", s.execute("SELECT 1; SELECT 2") + " " + s.getMoreResults());
      s.execute("DROP TABLE " + table);
    }
    System.out.print(out);
  }
}
