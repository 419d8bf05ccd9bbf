import { theme as antdTheme, type ThemeConfig } from 'antd';

/** Ant Design in the console's colours; `styles/base.css` holds the same values for our own elements. */
export const consoleTheme: ThemeConfig = {
  algorithm: antdTheme.darkAlgorithm,
  token: {
    colorPrimary: '#3f8cff',
    colorInfo: '#3f8cff',
    colorError: '#f0524f',
    colorSuccess: '#3fb27f',
    colorWarning: '#e8a33d',
    colorBgBase: '#0d1217',
    colorBgContainer: '#141b22',
    colorBgElevated: '#1a232c',
    colorBorder: '#33414e',
    colorBorderSecondary: '#26313b',
    colorText: '#e4ebf2',
    colorTextSecondary: '#a3b2c1',
    borderRadius: 6,
    fontSize: 14,
    fontFamily: 'var(--font)',
    fontFamilyCode: 'var(--font-code)',
  },
};
