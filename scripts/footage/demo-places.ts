import { type SceneId, sceneIds } from '../../src/domain/scene-id.ts';
import type { TakeKind } from './truth.ts';

/** Where a camera of the demo hangs. */
export interface DemoPlace {
  readonly id: string;
  /** In English and Chinese, as the console shows it. */
  readonly name: string;
  /** WGS-84 degrees. */
  readonly lat: number;
  readonly lon: number;
}

type Names = Readonly<Record<TakeKind, string>>;

/** Each scene's two places: the one where it happens, and the one where it only seems to. */
const names: Readonly<Record<string, Names>> = {
  illegal_parking: { fires: 'Maple Road, kerb · 枫桥路路沿', near: 'Maple Road, crossing · 枫桥路路口' },
  fire_lane_blocked: { fires: 'Willow Court, fire lane · 柳苑消防通道', near: 'Lotus Court, fire lane · 荷苑消防通道' },
  waterside_abnormal: { fires: 'Old Canal, steps · 古运河埠头', near: 'Old Canal, promenade · 古运河步道' },
  street_vending: { fires: 'Market Street, shop fronts · 市集街沿街', near: 'Temple Street, shop fronts · 寺前街沿街' },
  exposed_garbage: { fires: 'Plum Lane, bin corner · 梅巷垃圾点', near: 'Orchid Lane, bin corner · 兰巷垃圾点' },
  material_dumping: { fires: 'Brickworks Road, verge · 砖厂路路肩', near: 'Depot Road, yard · 仓库路堆场' },
  nonmotor_misparking: { fires: 'Metro exit B, pavement · 地铁B口人行道', near: 'Metro exit C, racks · 地铁C口车架' },
  crowd_gathering: { fires: 'Town Hall, square · 镇政府广场', near: 'Library, square · 图书馆广场' },
  waterlogging: { fires: 'Underpass, south · 南下穿道', near: 'Underpass, north · 北下穿道' },
  fire_smoke: { fires: 'Timber yard · 木料场', near: 'Canteen yard · 食堂后院' },
  ebike_indoor: { fires: 'Block 3, lobby door · 3幢门厅', near: 'Block 5, lobby door · 5幢门厅' },
  person_down: { fires: 'Riverside park, path · 滨河公园步道', near: 'Riverside park, benches · 滨河公园座椅' },
  muck_truck: { fires: 'Site gate, west · 工地西门', near: 'Site gate, east · 工地东门' },
  zone_intrusion: { fires: 'Field edge, pump house · 田边泵房', near: 'Field edge, dyke · 田边圩堤' },
};

/** South-west corner of the block, and the way from one camera to the next: about 100 m, far more than cases merge over. */
const corner = { lat: 30.8702, lon: 120.4282 };
const step = { lat: 0.0009, lon: 0.00105 };
const perRow = 7;

/** The place of a take's camera. @throws RangeError for a scene the block has no place for. */
export function demoPlace(scene: SceneId, take: TakeKind): DemoPlace {
  const name = names[scene]?.[take];
  const at = (sceneIds as readonly string[]).indexOf(scene);
  if (name === undefined || at < 0) throw new RangeError(`no place in the demo for scene "${scene}"`);
  const number = at * 2 + (take === 'fires' ? 1 : 2);
  const [column, row] = [(number - 1) % perRow, Math.floor((number - 1) / perRow)];
  const degrees = (value: number) => Number(value.toFixed(5));
  return {
    id: `330502000013200000${String(number).padStart(2, '0')}`,
    name,
    lat: degrees(corner.lat + row * step.lat),
    lon: degrees(corner.lon + column * step.lon),
  };
}
